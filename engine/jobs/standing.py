"""The plan as it lies in Redis, and where a job stands by it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from engine.jobs.job import TERMINAL, JobState, Standing

T = TypeVar("T")

WHOLE = "*"
"""The field of what holds for the whole plan; the others are jobs."""

GOOD_FOR = timedelta(seconds=30)
"""How long a plan counts when no new one comes."""


class Planned(NamedTuple):
    """One job's part of a plan.

    Times are the server's. The clip is there between `low_ms` and `high_ms`. The job was planned
    first at `since_ms`, to start `planned_s` later; `kind` is what that is calibrated by.
    """

    place: int
    low_ms: int
    high_ms: int
    kind: str
    planned_s: float
    since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What holds for the whole plan.

    `needs` is what the workers alive can do; None while there are none, or some of which that is
    not known. Jobs up to number `up_to` were in the queue; the first `places` of them are planned,
    and the last of those has its clip between `low_s` and `high_s`.
    """

    made_ms: int
    needs: frozenset[str] | None
    up_to: int
    places: int
    low_s: float
    high_s: float


PLANNED_JSON = TypeAdapter(Planned)
PLAN_JSON = TypeAdapter(Plan)


class _Row(NamedTuple):
    """What the `standings` function answers for one job."""

    state: JobState
    planned: str | None
    variants: str | None
    number: int | None
    rank: int | None


_REPLY = TypeAdapter(tuple[int, str | None, list[_Row | None]])


def read_standings(reply: object) -> list[Standing | None]:
    """Take what the `standings` function answers; None for what is unknown, or not planned yet."""
    now_ms, plan_json, rows = _REPLY.validate_python(reply)
    plan = _understood(PLAN_JSON, plan_json)
    return [row and _standing(row, plan, now_ms) for row in rows]


def read_planned(text: str | None) -> Planned | None:
    """Take one job's part of a plan; None where a planner of another version wrote it."""
    return _understood(PLANNED_JSON, text)


def _understood(kind: TypeAdapter[T], text: str | None) -> T | None:
    try:
        return kind.validate_json(text) if text else None
    except ValidationError:
        return None


def _standing(row: _Row, plan: Plan | None, now_ms: int) -> Standing | None:
    if row.state in TERMINAL or row.state is JobState.RUNNING:
        return Standing(state=row.state, position=0, low_s=0, high_s=0)
    if plan is None:
        return None
    planned = read_planned(row.planned)
    if planned is not None:
        return _queued(planned.place, planned.low_ms - now_ms, planned.high_ms - now_ms)
    if not _doable(row, plan):
        return Standing(state=row.state, position=0, low_s=0, high_s=0, doable=False)
    return _beyond(row, plan, now_ms)


def _queued(place: int, low_ms: float, high_ms: float) -> Standing:
    low_s, high_s = (max(ms / 1000, 0.0) for ms in (low_ms, high_ms))
    return Standing(state=JobState.QUEUED, position=place, low_s=low_s, high_s=high_s)


def _doable(row: _Row, plan: Plan) -> bool:
    if plan.needs is None or row.variants is None:
        return True
    variants = cast("list[tuple[str, float, int]]", json.loads(row.variants))
    return any(need in plan.needs for need, *_ in variants)


def _beyond(row: _Row, plan: Plan, now_ms: int) -> Standing | None:
    """Say of a job behind all that were planned that it goes on at the same pace."""
    if row.number is None or row.rank is None:
        return None
    if row.number > plan.up_to or not plan.places:
        return None
    place = max(row.rank, plan.places) + 1
    stretch_ms, age_ms = 1000 * place / plan.places, now_ms - plan.made_ms
    return _queued(place, plan.low_s * stretch_ms - age_ms, plan.high_s * stretch_ms - age_ms)
