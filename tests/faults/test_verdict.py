"""What counts as going wrong in a fault."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from bots.store.tables import RequestRow
from engine.jobs.job import JobId, JobState
from tests.faults.verdict import Books, Row, judge

JOB = JobId("job")
HELD, SETTLED, RELEASED = ["hold"], ["hold", "settle"], ["hold", "release"]


def a_row(
    state: JobState = JobState.SUCCEEDED,
    *,
    delivered: bool = True,
    undeliverable: bool = False,
    ends: int = 1,
    moved: list[str] = SETTLED,
    shown: tuple[str, ...] = ("m1",),
    poison: tuple[JobId, ...] = (),
) -> Row:
    now = datetime.now(UTC)
    request = RequestRow(
        id=JOB, state=state, delivered=now if delivered else None, undeliverable=undeliverable
    )
    books = Books(requests={JOB: request}, ends=Counter({JOB: ends}), credits={JOB: Counter(moved)})
    return judge("fault", books, told=[JOB], shown={JOB: shown}, poison=poison)


def counts(row: Row) -> tuple[int, int, int]:
    return row.lost, row.doubled, row.mischarged


def test_a_clip_that_came_once_and_was_paid_for_is_clean() -> None:
    assert a_row().is_clean


def test_a_poison_that_failed_once_and_was_paid_back_is_clean() -> None:
    assert a_row(JobState.FAILED, moved=RELEASED, poison=(JOB,)).is_clean


def test_a_fault_without_asks_proves_nothing() -> None:
    assert not Row(fault="fault", accepted=0, lost=0, doubled=0, mischarged=0).is_clean


def test_an_ask_that_was_accepted_and_is_not_in_the_journal_is_lost() -> None:
    books = Books(requests={}, ends=Counter(), credits={})
    row = judge("fault", books, told=[JOB], shown={})
    assert (row.accepted, *counts(row)) == (1, 1, 0, 1)


def test_an_outcome_that_nobody_saw_is_lost() -> None:
    assert counts(a_row(shown=())) == (1, 0, 0)


def test_a_request_that_never_ended_is_lost_and_its_hold_open() -> None:
    row = a_row(JobState.QUEUED, delivered=False, moved=HELD, shown=())
    assert counts(row) == (1, 0, 1)


def test_a_clip_that_failed_although_it_could_be_made_is_lost() -> None:
    assert counts(a_row(JobState.FAILED, moved=RELEASED)) == (1, 0, 0)


def test_an_outcome_in_two_messages_is_doubled() -> None:
    assert counts(a_row(shown=("m1", "m2"))) == (0, 1, 0)


def test_a_request_that_ended_twice_is_doubled() -> None:
    assert counts(a_row(ends=2)) == (0, 1, 0)


def test_a_clip_that_was_paid_back_is_mischarged() -> None:
    assert counts(a_row(moved=RELEASED)) == (0, 0, 1)


def test_a_failure_that_was_paid_for_is_mischarged() -> None:
    assert counts(a_row(JobState.FAILED, moved=SETTLED, poison=(JOB,))) == (0, 0, 1)


def test_a_charge_for_nothing_is_mischarged() -> None:
    books = Books(requests={}, ends=Counter(), credits={JOB: Counter(SETTLED)})
    assert judge("fault", books, told=[], shown={}).mischarged == 1
