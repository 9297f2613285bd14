"""Benchmarks that answer with a table, and with the same rows as JSON in build/."""
