"""Films on several GPUs: a leader that takes jobs, and processes that film along with it."""
