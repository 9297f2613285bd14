"""How many of what was sent were answered never, or more than once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bots.codes import Code
from engine.jobs.job import JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """How often something was answered; `update` is its number if there is an excuse for never."""

    kind: str
    times: int
    update: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How many were answered never, more than once, or not for a reason that was stated."""

    lost: Counter[str]
    doubled: Counter[str]
    dropped: Counter[str]


def count_up(fates: Iterable[Fate], dropped: Collection[int]) -> Verdict:
    """Count by kind."""
    verdict = Verdict(lost=Counter(), doubled=Counter(), dropped=Counter())
    for fate in fates:
        if fate.times > 1:
            verdict.doubled[fate.kind] += 1
        elif fate.times < 1 and fate.update in dropped:
            verdict.dropped[fate.kind] += 1
        elif fate.times < 1:
            verdict.lost[fate.kind] += 1
    return verdict


def jobs_of(codes: Iterable[str | None]) -> set[JobId]:
    """Find the job that the buttons of a clip are about."""
    read = [Code.read(each) for each in codes if each]
    return {JobId(code.about) for code in read if code is not None}
