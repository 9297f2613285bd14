"""The claim order against others, in a simulated house of eight GPUs."""
