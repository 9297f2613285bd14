from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.chat.command import MISSED, run
from benchmarks.chat.pacing import keep_pace, mixed
from benchmarks.chat.report import Bar, Row, bars
from benchmarks.chat.stamps import Stamps, percentile
from benchmarks.chat.verdict import Fate, count_up, jobs_of
from bots.codes import Code, Verb

HELD = Row(
    updates=100,
    lost=0,
    doubled=0,
    own_p50_ms=5,
    own_p99_ms=49,
    result_p50_ms=5,
    result_p99_ms=9,
)


def checked(figures: Row) -> list[Bar]:
    return bars(figures, updates=100, own_ms=50)


async def given(figures: Row) -> Row:
    return figures


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


@pytest.mark.parametrize(
    "missed",
    [
        replace(HELD, updates=99),
        replace(HELD, own_p99_ms=50),
        replace(HELD, lost=1),
        replace(HELD, doubled=1),
    ],
)
def test_each_bar_is_missed_by_what_it_is_about_alone(missed: Row) -> None:
    assert all(holds for holds, _ in checked(HELD))
    assert [holds for holds, _ in checked(missed)].count(False) == 1


def test_the_exit_status_says_whether_every_bar_holds_and_the_row_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "build" / "bench.json"
    assert run(given(HELD), checked, out) == 0
    assert run(given(replace(HELD, lost=2)), checked, out) == MISSED
    assert "MISSED  2 lost (bar: 0)" in capsys.readouterr().out
    assert json.loads(out.read_text())[0]["lost"] == 2


def test_what_was_dropped_for_a_stated_reason_is_not_lost() -> None:
    fates = [Fate(kind="asked", times=times, update=number) for number, times in enumerate([0, 0])]
    fates += [Fate(kind="asked", times=2), Fate(kind="asked", times=1), Fate(kind="asked", times=0)]
    verdict = count_up(fates, dropped={1})
    assert verdict.lost == Counter(asked=2)
    assert verdict.doubled == verdict.dropped == Counter(asked=1)


def test_the_buttons_of_a_clip_say_which_job_it_is_of() -> None:
    codes = [str(Code(verb, "a1")) for verb in (Verb.AGAIN, Verb.DETAILS)]
    assert jobs_of([*codes, None, "of somebody else's"]) == {"a1"}


async def test_acts_are_done_in_turn_and_as_often_as_they_shall_be() -> None:
    done: list[str] = []
    begin = time.monotonic()
    acts = [lambda: done.append("a"), lambda: done.append("b")]
    async with asyncio.timeout(10):
        await keep_pace(acts, 100, lambda: len(done) == 5)
    assert done == ["a", "b", "a", "b", "a"]
    assert time.monotonic() - begin >= 0.04


def test_a_mixture_has_each_act_as_often_as_its_share() -> None:
    shares = {list: 3, dict: 1}
    assert Counter(mixed(shares, random.Random(7))) == Counter(shares)
