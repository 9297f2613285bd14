"""How long clips take, predicted from how long clips like them took lately."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import NamedTuple, Self

FEWEST_FOR_QUANTILES = 5
USUAL_SPREAD = 1.6
"""A slow clip's working time to a usual one's, while too few are measured."""

LEAST_LEFT = 0.1
"""Of a running clip's working time, what is taken to be left when it overruns."""


class CostKey(NamedTuple):
    """What a working time depends on; `size` is the clip's longest side in pixels."""

    need: str
    device: str
    size: int
    frames: int

    def __str__(self) -> str:
        return "|".join(map(str, self))

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Take apart what `str` made; None when it is something else."""
        try:
            need, device, size, frames = text.rsplit("|", 3)
            return cls(need, device, int(size), int(frames))
        except ValueError:
            return None

    @property
    def pixels(self) -> float:
        """How much there is to make, on a scale that only compares."""
        return float(self.size**2 * max(self.frames, 1))


@dataclass(frozen=True, slots=True)
class Seconds:
    """A predicted working time: half of all clips take no longer than `usual`, 9 of 10 `slow`."""

    usual: float
    slow: float

    def times(self, factor: float) -> Seconds:
        """Stretch it."""
        return Seconds(self.usual * factor, self.slow * factor)

    def left(self, spent_s: float) -> Seconds:
        """What remains of it for a clip that has been worked on for a while."""
        least = LEAST_LEFT * self.usual
        usual = max(self.usual - spent_s, least)
        return Seconds(usual, max(self.slow - spent_s, usual))


class Costs:
    """Predicts working times; what was never measured is taken from what is most like it."""

    def __init__(self, measured: Mapping[CostKey, Sequence[float]]) -> None:
        self._known = {key: _summary(seconds) for key, seconds in measured.items() if seconds}
        self._alike: defaultdict[tuple[str, str], list[CostKey]] = defaultdict(list)
        for key in self._known:
            self._alike[key.need, key.device].append(key)

    @classmethod
    def read(cls, medians: Mapping[str, float]) -> Self:
        """Go by medians under the text of their keys, without those that are no such text."""
        keys = ((CostKey.read(text), seconds) for text, seconds in medians.items())
        return cls({key: (seconds,) for key, seconds in keys if key is not None})

    def expect(self, key: CostKey, declared_s: float) -> Seconds:
        """Predict a working time; `declared_s` counts when nothing like it was measured."""
        if key in self._known:
            return self._known[key]
        alike = self._alike.get((key.need, key.device))
        if not alike:
            return Seconds(declared_s, declared_s * USUAL_SPREAD)
        nearest = min(alike, key=lambda other: abs(math.log(other.pixels / key.pixels)))
        return self._known[nearest].times(key.pixels / nearest.pixels)

    def usual_anywhere(self, need: str, size: int, frames: int, declared_s: float) -> float:
        """Predict a working time where it is not known on which device it will be."""
        devices = {device for known, device in self._alike if known == need}
        keys = (CostKey(need, device, size, frames) for device in devices)
        expected = [self.expect(key, declared_s).usual for key in keys]
        return median(expected) if expected else declared_s


def _summary(seconds: Sequence[float]) -> Seconds:
    if len(seconds) < FEWEST_FOR_QUANTILES:
        usual = median(seconds)
        return Seconds(usual, max(usual * USUAL_SPREAD, *seconds))
    deciles = quantiles(seconds, n=10, method="inclusive")
    return Seconds(deciles[4], deciles[8])
