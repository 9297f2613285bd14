"""Who may use the house, how much, and what it costs: pure rules, given what the store knows."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase

from bots.chat import Person, PersonId, Place
from bots.place_rules import NO_RULES, PlaceRules, check_place
from engine.jobs.errors import Refused
from engine.jobs.first_look import final_of
from engine.jobs.job import TERMINAL, Job, JobState
from engine.jobs.refusal import Refusal, RefusalCode

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the operator allows.

    Entries are ids of people and places, or patterns such as `telegram:*`. `daily_limit` is how
    many clips a person may have made in any 24 hours, `max_waiting` how many may be on their way
    at once. The clips of `paid_people` are made in the paid class.
    """

    owners: tuple[str, ...] = ()
    allowed_people: tuple[str, ...] = ()
    allowed_places: tuple[str, ...] = ()
    paid_people: tuple[str, ...] = ()
    daily_limit: int = 50
    max_waiting: int = 5

    def owns(self, person: PersonId) -> bool:
        """Tell whether the person is an owner, who is always let in and never counted."""
        return _named(person, self.owners)

    def lets_in(self, who: Person, where: Place) -> bool:
        """Tell whether the operator has allowed the person or the place."""
        return (
            self.owns(who.id)
            or where.local
            or _named(who.id, self.allowed_people)
            or _named(where.id, self.allowed_places)
        )

    def job_class(self, person: PersonId) -> str:
        """Tell in which class the queue keeps a person's jobs."""
        return "paid" if _named(person, self.paid_people) else "free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What the store knows about a person now, and about the place they ask in.

    `made` counts their clips of the last 24 hours, `oldest` is when the first of those was asked
    for, `made_here` counts those asked for in this place, `waiting` those still on their way.
    """

    blocked: bool = False
    paused: bool = False
    made: int = 0
    oldest: datetime | None = None
    waiting: int = 0
    made_here: int = 0
    place_rules: PlaceRules = NO_RULES


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How much somebody has had made, and how much they may.

    `made` counts their clips of the last 24 hours, of `daily_limit`; there is none for owners. When
    the day is used up, `renews_in_s` says when the next one is due.
    """

    made: int
    daily_limit: int | None
    renews_in_s: int | None
    waiting: int
    max_waiting: int
    job_class: str


def check_entry(policy: Policy, who: Person, where: Place, usage: Usage) -> None:
    """Check that this person may use the house from this place.

    Raises:
        Refused: blocked, not allowed, or paused.
    """
    if policy.owns(who.id):
        return
    if usage.blocked:
        raise _refused(RefusalCode.BLOCKED)
    if not policy.lets_in(who, where):
        raise Refused(Refusal(RefusalCode.NOT_ALLOWED, {"person": who.id}))
    if usage.paused:
        raise _refused(RefusalCode.PAUSED)


def check_allowance(policy: Policy, who: Person, usage: Usage, now: datetime) -> None:
    """Check that this person may have one more clip made.

    Raises:
        Refused: the day's clips are used up (`renews_in_s` says when the next one is due), or too
            many are on their way.
    """
    if usage.waiting >= policy.max_waiting:
        raise Refused(Refusal(RefusalCode.TOO_MANY_WAITING, {"limit": policy.max_waiting}))
    wait_s = allowance(policy, who.id, usage, now).renews_in_s
    if wait_s is not None:
        data = {"limit": policy.daily_limit, "renews_in_s": wait_s}
        raise Refused(Refusal(RefusalCode.DAILY_LIMIT, data))


def allowance(policy: Policy, person: PersonId, usage: Usage, now: datetime) -> Allowance:
    """Tell how much a person has had made, and how much they may."""
    limit = None if policy.owns(person) else policy.daily_limit
    used_up = limit is not None and usage.made >= limit
    due = (usage.oldest or now) + DAY
    return Allowance(
        made=usage.made,
        daily_limit=limit,
        renews_in_s=max(0, round((due - now).total_seconds())) if used_up else None,
        waiting=usage.waiting,
        max_waiting=policy.max_waiting,
        job_class=policy.job_class(person),
    )


def check_here(
    policy: Policy, who: Person, where: Place, effect: str, usage: Usage, now: datetime
) -> None:
    """Check that the rules of the place allow this person one more clip of an effect.

    An owner of the house may what admins may, and is not counted.

    Raises:
        Refused: see `check_place`.
    """
    is_owner = policy.owns(who.id)
    check_place(
        usage.place_rules,
        replace(where, admin=where.admin or is_owner),
        effect=effect,
        made_here=0 if is_owner else usage.made_here,
        now=now,
    )


class LedgerKind(StrEnum):
    """What a movement of credits is: each job has one hold, which is settled or released."""

    HOLD = "hold"
    SETTLE = "settle"
    RELEASE = "release"


def price(job: Job) -> int:
    """Tell how many credits a job takes: the seconds its preferred variant is predicted to work.

    A first look is free.
    """
    return 0 if final_of(job.id) is not None else max(1, math.ceil(job.variants[0].cost_s))


def closing(
    state: JobState, *, erased: bool, delivered: bool, undeliverable: bool
) -> LedgerKind | None:
    """Tell how a request's hold is to be closed; None while that is not known.

    Credits are spent on what was seen: whatever ends otherwise gives them back.
    """
    if erased or undeliverable or state in TERMINAL - {JobState.SUCCEEDED}:
        return LedgerKind.RELEASE
    return LedgerKind.SETTLE if state is JobState.SUCCEEDED and delivered else None


def _named(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _refused(code: RefusalCode) -> Refused:
    return Refused(Refusal(code))
