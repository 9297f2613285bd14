"""Where a process spends its time: what its main thread is at, after each so much of processor."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

_EVERY_S = 0.005
_MOST = 150


@contextmanager
def sampled(into: list[tuple[str, float]]) -> Generator[None]:
    """Sample this thread while the block runs; what is put in `into` are parts of all samples.

    Each function is named for what it did itself (`=`) and for that with what it called (`+`).
    """
    seen = Counter[str]()
    samples = 0

    def look(_: int, frame: FrameType | None) -> None:
        nonlocal samples
        samples += 1
        seen.update(_names(frame))

    signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, _EVERY_S, _EVERY_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        into.extend((name, times / samples) for name, times in seen.most_common(_MOST))


def _names(frame: FrameType | None) -> set[str]:
    names = set[str]()
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        name = f"{'/'.join(path.parts[-2:])}:{frame.f_code.co_name}"
        names.add(f"+ {name}" if names else f"= {name}")
        frame = frame.f_back
    return names
