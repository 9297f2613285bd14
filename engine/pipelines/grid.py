"""Which sizes and lengths a model can film: whole numbers of its own patches."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Sides are multiples of `side` pixels, lengths one frame more than a multiple of `frames`.

    A length of exactly that many is possible only where `extra` is 0.
    """

    side: int
    frames: int
    extra: int = 1

    def fits(self, width: int, height: int, frames: int) -> bool:
        """Tell whether a shape is possible as it is."""
        return (width, height, frames) == self.nearest(width, height, frames)

    def nearest(self, width: int, height: int, frames: int) -> tuple[int, int, int]:
        """Choose the possible shape that is nearest."""
        return self._side(width), self._side(height), self._length(frames)

    def _side(self, pixels: int) -> int:
        return max(1, round(pixels / self.side)) * self.side

    def _length(self, frames: int) -> int:
        return max(1, round((frames - self.extra) / self.frames)) * self.frames + self.extra
