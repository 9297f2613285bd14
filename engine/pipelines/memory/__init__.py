"""Bases in memory: how a device holds each, which give way, and prompts that are remembered."""
