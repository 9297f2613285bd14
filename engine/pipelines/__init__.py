"""Loaded diffusion models behind one small interface."""
