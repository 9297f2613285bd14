"""What the benchmarks of bots on chat platforms have in common."""
