"""How far waits can be relied on: a plan's waits against those that came of them.

A plan knows who waits now and not who is yet to come, so real waits are longer, by a factor that
depends on the kind of job. What is shown is the plan's wait times what that factor was lately.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from statistics import quantiles

KEPT = 300
"""How many of the jobs of a kind that started last are learnt from."""

FEWEST = 12
UNKNOWN = (0.7, 3.0)
"""Low and high factor while fewer have started."""

OFFSET_S = 5.0
"""Added to both waits of a ratio, so that a plan of no wait at all has one."""

LOW, HIGH = 25, 95
"""Percentiles of past ratios that make the range.

The upper end is to hold 9 times of 10. It is learnt from those who have started, who came before
the crowd that waits now; the 95th percentile of the past makes up for that (docs/schedule.md).
"""


def kind_of(lane: str, *, parked: bool) -> str:
    """Name the jobs whose waits go wrong alike: those behind their own person's cap apart."""
    return f"{lane}|parked" if parked else lane


def ratio(planned_s: float, waited_s: float) -> float:
    """Compare a wait with its plan."""
    return (waited_s + OFFSET_S) / (planned_s + OFFSET_S)


class Calibration:
    """Learns from each job that starts, and turns planned waits into ranges."""

    def __init__(self, ratios: Mapping[str, Sequence[float]] | None = None) -> None:
        self._ratios: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=KEPT))
        self._factors: dict[str, tuple[float, float]] = {}
        for kind, known in (ratios or {}).items():
            self._ratios[kind].extend(known)

    def observe(self, kind: str, planned_s: float, waited_s: float) -> float:
        """Learn that a job of some kind started, and when it had been planned to; its ratio."""
        observed = ratio(planned_s, waited_s)
        self._ratios[kind].append(observed)
        self._factors.pop(kind, None)
        return observed

    def range(self, kind: str, planned_s: float) -> tuple[float, float]:
        """Say between which seconds a job that is planned to wait this long will start."""
        if kind not in self._factors:
            self._factors[kind] = _factors(self._ratios[kind])
        low, high = ((planned_s + OFFSET_S) * f - OFFSET_S for f in self._factors[kind])
        return max(0.0, low), max(0.0, high)


def _factors(ratios: Sequence[float]) -> tuple[float, float]:
    if len(ratios) < FEWEST:
        return UNKNOWN
    percentiles = quantiles(ratios, n=100, method="inclusive")
    return percentiles[LOW - 1], percentiles[HIGH - 1]
