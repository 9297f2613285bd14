"""From simulated days to the figures that are compared: means over the seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from benchmarks.schedule.forecasts import Foretold
from benchmarks.schedule.policies import POLICIES, VARIATIONS
from benchmarks.schedule.simulation import House, simulate
from benchmarks.schedule.workload import KINDS, Kind, workload

SEEDS = range(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long asks of a kind waited, in seconds."""

    p50_s: float
    p95_s: float
    p99_s: float
    longest_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a policy made of a day, or of several on average."""

    switch_pct: float
    waits: Mapping[Kind, Waits]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliance:
    """How far the waits shown to some kind of ask could be relied on."""

    asks: int
    median_error_s: float
    covered: float


def day(policy: str, seed: int) -> Day:
    """Simulate the day of a policy, or of a variation."""
    house = simulate({**POLICIES, **VARIATIONS}[policy](), workload(seed))
    return Day(
        switch_pct=100 * house.switch_s / house.busy_s,
        waits={kind: _waits(house, kind) for kind in KINDS},
    )


def _waits(house: House, kind: Kind) -> Waits:
    waits_s = sorted(made.wait_s for made in house.made if made.ask.kind == kind)
    return Waits(
        p50_s=_at(waits_s, 0.5),
        p95_s=_at(waits_s, 0.95),
        p99_s=_at(waits_s, 0.99),
        longest_s=waits_s[-1],
    )


def _at(ordered: Sequence[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def mean(days: Sequence[Day]) -> Day:
    """Take the mean of each figure."""
    return Day(
        switch_pct=fmean(each.switch_pct for each in days),
        waits={kind: _mean_waits([each.waits[kind] for each in days]) for kind in KINDS},
    )


def _mean_waits(several: Sequence[Waits]) -> Waits:
    return Waits(
        p50_s=fmean(waits.p50_s for waits in several),
        p95_s=fmean(waits.p95_s for waits in several),
        p99_s=fmean(waits.p99_s for waits in several),
        longest_s=fmean(waits.longest_s for waits in several),
    )


def reliance(foretold: Sequence[Foretold]) -> Mapping[str, Reliance]:
    """Judge what was foretold, of each kind and of all."""
    kinds = {kind: [each for each in foretold if each.kind == kind] for kind in KINDS}
    return {name: _judge(some) for name, some in {**kinds, "overall": foretold}.items()}


def _judge(foretold: Sequence[Foretold]) -> Reliance:
    return Reliance(
        asks=len(foretold),
        median_error_s=median(abs(each.planned_s - each.waited_s) for each in foretold),
        covered=fmean(each.waited_s <= each.shown_s for each in foretold),
    )
