"""When a job will be done: the claim order played forward, and what is told of it."""
