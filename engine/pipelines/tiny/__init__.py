"""Parts of checkpoints with random weights, so small that any machine runs them in a moment."""
