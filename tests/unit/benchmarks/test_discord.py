from __future__ import annotations

import pytest

from benchmarks.chat.report import Row
from benchmarks.chat.stamps import Stamps
from benchmarks.discord.__main__ import Plan, bench, checked
from benchmarks.discord.load import Sent
from benchmarks.discord.report import Times
from benchmarks.discord.verdict import Shown, judge
from engine.jobs.job import JobId
from tests.fakes.discord import FakeDiscord, Interaction, Upload
from tests.fakes.discord.errors import Json
from tests.fakes.discord.interactions import COMMAND, DEFERRED_REPLY
from tests.fakes.discord.messages import Content

JOB = JobId("0123456789abcdef")
AGAIN: Json = {"type": 2, "style": 2, "label": "Again", "custom_id": f"1:again:{JOB}"}


def a_command(discord: FakeDiscord, *, acknowledged_s: float | None = None) -> Interaction:
    ann = discord.person("Ann")
    interaction = Interaction(
        id=7,
        token="token",
        kind=COMMAND,
        who=ann,
        channel=discord.dm(ann),
        data={},
        owners={},
        sent=10.0,
        acknowledged_s=acknowledged_s,
    )
    if acknowledged_s is not None:
        interaction.response_type = DEFERRED_REPLY
        answer = discord.world.new(interaction.channel, discord.bot, Content())
        answer.is_loading = True
        interaction.original = discord.world.said(answer)
    return interaction


def show_clip(discord: FakeDiscord, asked: Interaction) -> None:
    kept = discord.world.files.keep(Upload(name="clip.mp4", data=b"a clip"), "attachments/1")
    rows: tuple[Json, ...] = ({"type": 1, "components": [AGAIN]},)
    message = discord.world.new(asked.channel, discord.bot, Content(attachments=(kept,)))
    discord.world.edit(message, Content(attachments=(kept,), components=rows))
    asked.original = discord.world.said(message)


@pytest.mark.timeout(180)
async def test_a_short_run_loses_and_doubles_nothing_and_measures_every_interaction() -> None:
    figures = await bench(Plan(seconds=2, rate=10))
    assert (figures.lost, figures.doubled) == (0, 0)
    assert figures.updates == 20
    assert 0 < figures.own_p50_ms <= figures.own_p99_ms
    assert 0 < figures.result_p50_ms <= figures.result_p99_ms


@pytest.mark.parametrize(("clips", "lost", "doubled"), [(0, 1, 0), (1, 0, 0), (2, 0, 1)])
def test_an_ask_has_exactly_one_clip_and_no_excuse(clips: int, lost: int, doubled: int) -> None:
    discord = FakeDiscord()
    asked = a_command(discord, acknowledged_s=0.1)
    for _ in range(clips):
        show_clip(discord, asked)
    sent = Sent(kind="ask", interaction=asked, job=JOB)
    verdict = judge([sent], Shown.in_channels(discord), dropped=[asked.id])
    assert (verdict.lost.total(), verdict.doubled.total()) == (lost, doubled)
    assert not verdict.dropped
    assert sent.is_answered == (clips > 0)


def test_what_is_not_acknowledged_is_lost_whatever_was_said_of_it() -> None:
    discord = FakeDiscord()
    sent = Sent(kind="/jobs", interaction=a_command(discord))
    verdict = judge([sent], Shown.in_channels(discord), dropped=[sent.interaction.id])
    assert verdict.lost.total() == 1


@pytest.mark.parametrize(("dropped", "lost"), [([], 1), ([7], 0)])
def test_an_answer_that_never_came_is_lost_unless_it_was_said_why(
    dropped: list[int], lost: int
) -> None:
    discord = FakeDiscord()
    sent = Sent(kind="/jobs", interaction=a_command(discord, acknowledged_s=0.1))
    verdict = judge([sent], Shown.in_channels(discord), dropped)
    assert (verdict.lost.total(), verdict.dropped.total()) == (lost, 1 - lost)


def test_the_own_part_is_from_the_gateways_writing_to_the_acknowledgements_leaving() -> None:
    asked = [Sent(kind="ask", interaction=a_command(FakeDiscord(), acknowledged_s=4.0))]
    times = Times(written={7: 11.0}, stamps=Stamps(arrived={7: 11.5}, handed={7: 13.0}))
    assert times.told_ms(asked) == [500.0]
    assert times.own_ms(asked) == [2000.0]
    assert times.acknowledged_ms(asked) == [3000.0]


def test_six_thousand_interactions_of_under_a_hundred_milliseconds_hold_every_bar() -> None:
    held = Row(
        updates=6_000,
        lost=0,
        doubled=0,
        own_p50_ms=5,
        own_p99_ms=99,
        result_p50_ms=5,
        result_p99_ms=9,
    )
    assert all(holds for holds, _ in checked(held))
