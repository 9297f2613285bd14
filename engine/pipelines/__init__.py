"""Generative video models: their families, and how they are kept ready and made fast."""
