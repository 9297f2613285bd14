"""`make bench-queue`: our queue client beside the libraries one might have used instead."""
