"""Models in their full size with random weights, for measuring speed, which numbers do not change.

Only what reads the prompt is small: its results are kept in practice, and take no part in a step.
"""
