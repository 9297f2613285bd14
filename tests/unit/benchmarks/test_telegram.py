from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.telegram.__main__ import Plan, bench
from benchmarks.telegram.load import Sent
from benchmarks.telegram.report import Row, bars
from benchmarks.telegram.stamps import Stamps, percentile
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


def test_the_own_part_ends_where_an_answer_is_handed_over_and_leaves_photos_out() -> None:
    stamps = Stamps(arrived={1: 10.0, 2: 10.0, 3: 10.0}, handed={1: 11.5}, done={1: 20.0, 2: 12.0})
    stamps.photo_s[1] = 1.0
    assert [stamps.own_ms(update) for update in (1, 2, 3)] == [500.0, 2000.0, None]


def test_stamps_are_read_as_they_were_written(tmp_path: Path) -> None:
    stamps = Stamps(arrived={1: 10.0}, dropped={1: "busy"}, profile=[("= read", 0.5)])
    stamps.write(tmp_path / "stamps.json")
    assert Stamps.read(tmp_path / "stamps.json") == stamps


@pytest.mark.parametrize(("share", "value"), [(0.5, 51), (0.99, 100), (1.0, 100)])
def test_a_percentile_is_one_of_the_values(share: float, value: int) -> None:
    assert percentile(range(1, 101), share) == value
    assert percentile([], share) == 0.0


def test_bars_say_which_are_missed() -> None:
    held = Row(
        updates=12_000,
        lost=0,
        doubled=0,
        own_p50_ms=5,
        own_p99_ms=49,
        result_p50_ms=5,
        result_p99_ms=9,
    )
    assert "MISSED" not in bars(held)
