"""taskiq on streams, with its default of fetching 100 jobs at a time."""

from __future__ import annotations

from functools import partial

from benchmarks.queue.clients.taskiq_client import connect
from benchmarks.queue.driver import drive

if __name__ == "__main__":
    drive(partial(connect, at_a_time=100))
