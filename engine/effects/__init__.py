"""The catalogue of effects, and the looks that make them."""
