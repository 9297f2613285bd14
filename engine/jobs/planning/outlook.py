"""The queue as a planner sees it: read in short calls, then made into what a forecast needs."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import Json, TypeAdapter, ValidationError

from engine.jobs.job import JobState
from engine.jobs.library import FunctionLibrary
from engine.jobs.order import Ability, Caps
from engine.jobs.planning.costs import CostKey
from engine.jobs.planning.fair import Account, Clock, Pick, Snapshot, Why
from engine.jobs.planning.waiting import Entry, Tag
from engine.jobs.round_trip import Reply

MOST_READY = 2000
MOST_PARKED = 2000
"""How many jobs are planned one by one; those beyond are taken to go on at the same pace."""

ROWS_AT_ONCE = 100
"""How many records one call reads: some two milliseconds of the server's time."""

log = logging.getLogger(__name__)


class Row(NamedTuple):
    """A job's record as the `plan_rows` function answers it; times are the server's, in ms."""

    state: JobState
    number: int
    lane: str
    person: str
    place: str
    weight: float
    variants: Json[list[tuple[str, float, int]]]
    caps: Json[Caps]
    size: int
    created: int
    entered: int | None
    start: float | None
    score: float | None
    variant: int | None
    why: Why | None
    worker: str | None
    claimed_at: int | None
    attempt: int
    finish: float | None

    @property
    def needs(self) -> set[str]:
        """What a worker must serve one of."""
        return {need for need, *_ in self.variants}

    @property
    def need(self) -> str:
        """What the variant needs that it was claimed for."""
        return self.variants[self.variant or 0][0]

    def cost_s(self, need: str) -> float:
        """Tell what it was predicted to take by the variant with some need."""
        return next(cost_s for known, cost_s, _ in self.variants if known == need)

    def entry(self, name: str) -> Entry:
        """Describe the job to the claim order."""
        return Entry(
            id=name,
            number=self.number,
            lane=self.lane,
            person=self.person,
            place=self.place,
            variants=tuple((need, cost_s) for need, cost_s, _ in self.variants),
            weight=self.weight,
            caps=self.caps,
        )

    def tag(self) -> Tag:
        """Tell where it stands in its lane."""
        return Tag(self.start or 0.0, self.score or 0.0, (self.entered or 0) / 1000)

    def cost_key(self, need: str, device: str) -> CostKey:
        """Name what its working time depends on."""
        frames = next(frames for known, _, frames in self.variants if known == need)
        return CostKey(need, device, self.size, frames)


class _Hand(NamedTuple):
    name: str
    device: str
    switch_s: Json[dict[str, float]]


class _Overview(NamedTuple):
    """What the `plan_overview` function answers."""

    now_ms: int
    up_to: int
    strangers: int
    hands: list[_Hand]
    accounts: list[tuple[list[str], list[str]]]
    lanes: list[tuple[str, float | None]]
    holders: list[tuple[str, list[str]]]
    running: list[str]
    ready: list[str]
    parked: list[str]


_OVERVIEW = TypeAdapter(_Overview)
_ROW = TypeAdapter(Row)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What Redis answered, not yet taken apart: that is left to a thread."""

    overview: Reply
    rows: Mapping[str, Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """A queue at about one moment: its workers, and what its claim order knows.

    `up_to` is the number of the newest job. `needs` is what the workers alive can do; None while
    there are none, or some of which that is not known. Those of which it is are in `abilities`.
    """

    now_ms: int
    up_to: int
    needs: frozenset[str] | None
    abilities: Mapping[str, Ability]
    rows: Mapping[str, Row]
    entries: Mapping[str, Entry]
    snapshot: Snapshot

    @property
    def now_s(self) -> float:
        """The server's time in seconds."""
        return self.now_ms / 1000


async def glimpse(
    library: FunctionLibrary, *, most_ready: int = MOST_READY, most_parked: int = MOST_PARKED
) -> Glimpse:
    """Read what a plan needs to know of a queue, each lane's first jobs of each kind."""
    overview = await library.call("plan_overview", most_ready, most_parked)
    *_, running, ready, parked = overview
    return Glimpse(overview, await read_rows(library, [*running, *ready, *parked]))


async def read_rows(library: FunctionLibrary, names: Sequence[str]) -> Mapping[str, Reply]:
    """Read the records of jobs."""
    rows: dict[str, Reply] = {}
    once = list(dict.fromkeys(names))
    for first in range(0, len(once), ROWS_AT_ONCE):
        some = once[first : first + ROWS_AT_ONCE]
        rows.update(zip(some, await library.call("plan_rows", *some), strict=True))
    return rows


def understand_rows(replies: Mapping[str, Reply]) -> dict[str, Row]:
    """Take records apart, without those that are gone, or that cannot be read."""
    rows: dict[str, Row] = {}
    for name, reply in replies.items():
        if reply[1] is None:
            continue  # ended, and forgotten
        try:
            rows[name] = _ROW.validate_python(reply)
        except ValidationError as error:
            log.warning("the record of job %s cannot be read: %s", name, error)
    return rows


def understand(seen: Glimpse) -> Outlook:
    """Take apart what Redis answered."""
    overview = _OVERVIEW.validate_python(seen.overview)
    rows = understand_rows(seen.rows)
    entries = {name: row.entry(name) for name, row in rows.items()}
    abilities = {
        hand.name: Ability(switch_s=hand.switch_s, device=hand.device) for hand in overview.hands
    }
    known = frozenset(need for ability in abilities.values() for need in ability.switch_s)
    return Outlook(
        now_ms=overview.now_ms,
        up_to=overview.up_to,
        needs=known if known and not overview.strangers else None,
        abilities=abilities,
        rows=rows,
        entries=entries,
        snapshot=_snapshot(overview, rows, entries, abilities),
    )


def _snapshot(
    overview: _Overview,
    rows: Mapping[str, Row],
    entries: Mapping[str, Entry],
    abilities: Mapping[str, Ability],
) -> Snapshot:
    queued = [name for name, row in rows.items() if row.state is JobState.QUEUED]
    running = [name for name, row in rows.items() if row.state is JobState.RUNNING]
    return Snapshot(
        ready=[(entries[n], rows[n].tag()) for n in queued if rows[n].start is not None],
        parked=[entries[n] for n in queued if rows[n].start is None],
        running=[(_pick(entries[n], rows[n], abilities), rows[n].tag()) for n in running],
        clocks=_clocks(overview.lanes, rows.values()),
        accounts={frozenset(needs): _account(flat) for needs, flat in overview.accounts},
        holders=dict(overview.holders),
    )


def _pick(entry: Entry, row: Row, abilities: Mapping[str, Ability]) -> Pick:
    ability = abilities.get(row.worker or "")
    return Pick(
        entry=entry,
        need=row.need,
        cost_s=row.cost_s(row.need),
        why=row.why or "head",
        pool=frozenset(ability.switch_s if ability else (row.need,)),
    )


def _clocks(lanes: Iterable[tuple[str, float | None]], rows: Iterable[Row]) -> Mapping[str, Clock]:
    finish: dict[str, dict[str, float]] = {lane: {} for lane, _ in lanes}
    for row in rows:
        if row.finish is not None:
            finish.setdefault(row.lane, {})[row.person] = row.finish
    virtual = {lane: tag or 0.0 for lane, tag in lanes}
    return {
        lane: Clock(virtual=virtual.get(lane, 0.0), finish=people)
        for lane, people in finish.items()
    }


def _account(flat: Sequence[str]) -> Account:
    fields = dict(zip(flat[::2], flat[1::2], strict=True))
    waiting = fields.pop("active", "")
    fields.pop("due", None)
    figures = {name: float(value) for name, value in fields.items()}
    return Account(
        least=figures.pop("*", 0.0),
        all_s=figures.pop("all", 0.0),
        overdue_s=figures.pop("overdue", 0.0),
        waiting=waiting.split("|") if waiting else (),
        served=figures,
    )
