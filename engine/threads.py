"""Thread settings that only work before torch is imported; imports nothing heavy itself."""

from __future__ import annotations

import os


def limit_threads(threads: int, *, among: int = 1) -> int:
    """Decide how many CPU threads this process computes with.

    Waiting OpenMP threads must sleep, not spin: two torch processes on the same cores otherwise
    run many times slower.

    Args:
        threads: 0 for all cores.
        among: processes that share these cores.

    Returns:
        The number of threads.
    """
    count = threads or share_of_cores(among)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, str(count))
    return count


def share_of_cores(among: int) -> int:
    """Say how many cores each of several processes has, if each has as many."""
    return max(1, cores() // among)


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
