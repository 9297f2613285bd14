"""What is done with a film once it is made: more frames, and larger ones."""
