"""Strays: jobs that are given up because they would wait for ever."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from engine.jobs.job import JobState
from engine.jobs.order import Caps
from engine.jobs.planning.outlook import Row
from engine.jobs.planning.strays import Patience, Strays
from engine.jobs.refusal import RefusalCode

PATIENCE = Patience(waiting=timedelta(hours=24), stranded=timedelta(minutes=30))
MINUTE_MS = 60_000
HERE = {"look"}
ELSEWHERE = {"model"}


def row(state: JobState = JobState.QUEUED, created: int = 0) -> Row:
    return Row(
        state=state,
        number=1,
        lane="free",
        person="person",
        place="place",
        weight=1.0,
        variants=[("look", 10.0, 96)],
        caps=Caps(),
        size=512,
        created=created,
        entered=None,
        start=None,
        score=None,
        variant=None,
        why=None,
        worker=None,
        claimed_at=None,
        attempt=0,
        finish=None,
    )


class Watched:
    """One job, looked at now and then."""

    def __init__(self) -> None:
        self.strays = Strays(PATIENCE)

    def after(
        self, minutes: float, needs: Collection[str] | None, *, job: Row | None = None
    ) -> RefusalCode | None:
        now_ms = round(minutes * MINUTE_MS)
        refused = self.strays.given_up({"job": job or row()}, needs, now_ms)
        return refused["job"].code if refused else None


def test_a_job_is_given_up_when_nobody_could_do_it_for_long() -> None:
    watched = Watched()
    assert watched.after(100, ELSEWHERE) is None
    assert watched.after(129, ELSEWHERE) is None
    assert watched.after(131, ELSEWHERE) is RefusalCode.NO_WORKER


def test_it_is_not_when_somebody_came_in_between() -> None:
    watched = Watched()
    assert watched.after(0, ELSEWHERE) is None
    assert watched.after(29, HERE | ELSEWHERE) is None
    assert watched.after(31, ELSEWHERE) is None
    assert watched.after(60, ELSEWHERE) is None
    assert watched.after(62, ELSEWHERE) is RefusalCode.NO_WORKER


def test_while_no_worker_is_alive_or_some_are_not_known_nothing_is_held_against_a_job() -> None:
    for nobody in (None, frozenset[str]()):
        watched = Watched()
        assert watched.after(0, ELSEWHERE) is None
        assert watched.after(29, nobody) is None
        assert watched.after(45, ELSEWHERE) is None


def test_whatever_the_reason_nobody_waits_longer_than_a_day() -> None:
    assert Watched().after(24 * 60 - 1, HERE) is None
    for needs in (None, HERE, ELSEWHERE):
        assert Watched().after(24 * 60 + 1, needs) is RefusalCode.WAITED_TOO_LONG


def test_a_job_that_is_not_queued_any_more_is_left_alone() -> None:
    running = row(JobState.RUNNING)
    assert Watched().after(24 * 60 + 1, HERE, job=running) is None
