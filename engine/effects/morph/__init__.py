"""Morph: the face of one photo becomes the face of another."""
