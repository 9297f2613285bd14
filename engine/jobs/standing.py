"""How long until a clip is there: the queue played forward with the paces measured lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace
from statistics import quantiles
from typing import NamedTuple

from pydantic import TypeAdapter

from engine.jobs.job import JobState, Standing

MOST_AHEAD = 200
"""How many jobs ahead are looked at one by one; those beyond are taken to be like them."""

FEWEST_PACES = 5
UNKNOWN_PACE = (1.0, 1.6)
"""Median and 90th percentile of actual to predicted working time, while too few are measured."""

LEAST_LEFT = 0.1
"""Of a running job's predicted time, what is taken to be left when it overruns."""


class Work(NamedTuple):
    """One job's working time in seconds, as predicted, and how much of it has passed."""

    need: str
    predicted_s: float
    spent_s: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The queue as one job sees it; field by field what the `standing` function answers."""

    state: JobState
    position: int
    workers: int
    own: Sequence[Work]
    ahead: Sequence[Work]
    running: Sequence[Work]
    paces: Sequence[tuple[str, Sequence[float]]]


_SNAPSHOT = TypeAdapter(
    tuple[
        JobState,
        int,
        int,
        list[Work],
        list[Work],
        list[Work],
        list[tuple[str, list[float]]],
    ]
)


def read_snapshot(reply: object) -> Snapshot:
    """Take what the `standing` function answers."""
    return Snapshot(*_SNAPSHOT.validate_python(reply))


def estimate(snapshot: Snapshot) -> Standing:
    """Play the queue forward, once at usual paces and once at slow ones."""
    paces = {need: _pace(ratios) for need, ratios in snapshot.paces}
    usual = {need: pace[0] for need, pace in paces.items()}
    slow = {need: pace[1] for need, pace in paces.items()}
    return Standing(
        state=snapshot.state,
        position=snapshot.position,
        low_s=_seconds_to_clip(snapshot, usual),
        high_s=_seconds_to_clip(snapshot, slow),
    )


def _pace(ratios: Sequence[float]) -> tuple[float, float]:
    if len(ratios) < FEWEST_PACES:
        return UNKNOWN_PACE
    deciles = quantiles(ratios, n=10, method="inclusive")
    return deciles[4], deciles[8]


def _seconds_to_clip(snapshot: Snapshot, pace: Mapping[str, float]) -> float:
    own = sum(_left(work, pace) for work in snapshot.own)
    return _wait(snapshot, pace) + own


def _wait(snapshot: Snapshot, pace: Mapping[str, float]) -> float:
    """Seconds until a worker takes the job, when each takes the next one as it gets free."""
    if snapshot.state is not JobState.QUEUED:
        return 0.0
    free_in = [_left(work, pace) for work in snapshot.running]
    free_in += [0.0] * (max(snapshot.workers, 1) - len(free_in))
    heapify(free_in)
    for work in snapshot.ahead:
        heapreplace(free_in, free_in[0] + _left(work, pace))
    seen, all_ahead = len(snapshot.ahead), snapshot.position - 1
    return free_in[0] * (all_ahead / seen if seen else 1.0)


def _left(work: Work, pace: Mapping[str, float]) -> float:
    expected = work.predicted_s * pace[work.need]
    return max(expected - work.spent_s, expected * LEAST_LEFT)
