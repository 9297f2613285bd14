"""Films longer than a model films at once, and films from picture to picture."""
