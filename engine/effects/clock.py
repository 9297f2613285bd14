"""The seconds each stage of a clip takes; rendering and encoding alternate."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Seconds each stage took."""

    prepare_s: float
    render_s: float
    encode_s: float
    safety_s: float


class Stage:
    """Adds up the seconds spent inside its `with` blocks."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._since = 0.0

    def __enter__(self) -> None:
        self._since = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._since


class Clock:
    """The stages of one clip."""

    def __init__(self) -> None:
        self.prepare, self.render, self.encode, self.safety = (Stage() for _ in range(4))

    def timings(self) -> Timings:
        """Read all stages."""
        return Timings(
            prepare_s=round(self.prepare.seconds, 3),
            render_s=round(self.render.seconds, 3),
            encode_s=round(self.encode.seconds, 3),
            safety_s=round(self.safety.seconds, 3),
        )
