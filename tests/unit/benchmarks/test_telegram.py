from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.chat.report import Row
from benchmarks.telegram.__main__ import Plan, bench, checked
from benchmarks.telegram.load import Sent
from benchmarks.telegram.verdict import Shown, judge
from engine.jobs.job import JobId

ASK = Sent(update=1, kind="ask", at=0.0, job=JobId("job"))


def shown(clips: int) -> Shown:
    return Shown(clips=Counter({JobId("job"): clips}), answers=Counter())


@pytest.mark.timeout(180)
async def test_a_short_run_loses_and_doubles_nothing_and_measures_every_update() -> None:
    figures = await bench(Plan(seconds=2, rate=20))
    assert (figures.lost, figures.doubled) == (0, 0)
    assert figures.updates == 40
    assert 0 < figures.own_p50_ms <= figures.own_p99_ms
    assert 0 < figures.result_p50_ms <= figures.result_p99_ms


@pytest.mark.parametrize(("clips", "lost", "doubled"), [(0, 1, 0), (1, 0, 0), (2, 0, 1)])
def test_an_ask_has_exactly_one_clip_and_no_excuse(clips: int, lost: int, doubled: int) -> None:
    verdict = judge([ASK], shown(clips), dropped=[1])
    assert (verdict.lost.total(), verdict.doubled.total()) == (lost, doubled)
    assert not verdict.dropped


def test_twelve_thousand_updates_of_under_fifty_milliseconds_hold_every_bar() -> None:
    held = Row(
        updates=12_000,
        lost=0,
        doubled=0,
        own_p50_ms=5,
        own_p99_ms=49,
        result_p50_ms=5,
        result_p99_ms=9,
    )
    assert all(holds for holds, _ in checked(held))
