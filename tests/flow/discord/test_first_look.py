"""A quick version in the answer while a model makes the clip that was asked for."""

from __future__ import annotations

from datetime import timedelta

from engine.jobs.first_look import final_of
from engine.jobs.job import Failed
from tests.fakes.discord import Channel, FakeDiscord, Interaction, Message, Person
from tests.flow.at_work import CLIP
from tests.flow.discord.discord_house import AHouse, DiscordHouse

QUICK = CLIP + b" made quickly"
FILM = "model:wan"
FADING = timedelta(minutes=13)


async def first_look(
    house: DiscordHouse, room: Channel, ann: Person
) -> tuple[Interaction, Message]:
    """Have a robot asked for, and its first look shown."""
    await house.offer_films()
    asked = await house.ask(ann, room, "Robot")
    quick = await house.claim()
    assert final_of(quick.job.id) is not None
    await house.finish(quick, clip=QUICK)
    return asked, await house.clip(asked)


def uploads(discord: FakeDiscord) -> list[bytes]:
    """List the clips that were sent to Discord."""
    return [file.data for call in discord.requests for file in call.files.values()]


async def test_the_quick_version_comes_first_and_the_full_one_replaces_it(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked, shown = await first_look(house, room, ann)
    assert list(shown.files.values()) == [QUICK]
    assert shown.text.startswith("Here is a quick version.")
    assert shown.labels == ["Cancel"]

    claim = await house.claim(FILM)
    for percent in (20, 40):
        await house.progress(claim, percent / 100)
        await house.shown(asked, f"{percent} %")
        assert list(shown.files.values()) == [QUICK]
    assert uploads(house.discord) == [QUICK]

    await house.finish(claim)
    await house.until(lambda: list(shown.files.values()) == [CLIP])
    assert shown.text == "Robot"
    assert room.from_bot == [shown]
    assert uploads(house.discord) == [QUICK, CLIP]


async def test_what_goes_wrong_leaves_the_quick_version_there(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked, shown = await first_look(house, room, ann)
    await house.finish(await house.claim(FILM), Failed(error="boom"))
    await house.shown(asked, "What you see is the quick version of Robot.")
    assert list(shown.files.values()) == [QUICK]
    assert shown.labels == ["Again", "Other effect", "Delete"]
    assert uploads(house.discord) == [QUICK]


async def test_a_bot_started_anew_knows_that_the_quick_version_is_there(
    a_house: AHouse, room: Channel, ann: Person, discord: FakeDiscord
) -> None:
    async with a_house() as house:
        asked, shown = await first_look(house, room, ann)
        claim = await house.claim(FILM)
        await house.progress(claim, 0.2)
        await house.shown(asked, "20 %")
    async with a_house() as house:
        await house.progress(claim, 0.4)
        await house.shown(asked, "40 %")
    assert list(shown.files.values()) == [QUICK]
    assert uploads(discord) == [QUICK]


async def test_a_message_that_goes_on_elsewhere_takes_the_quick_version_along(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    await first_look(house, room, ann)
    claim = await house.claim(FILM)
    await house.progress(claim, 0.1)
    house.discord.pass_time(FADING)
    moved = await house.own_message(room, "10 %")
    await house.until(lambda: list(moved.files.values()) == [QUICK])
    await house.finish(claim)
    await house.until(lambda: list(moved.files.values()) == [CLIP])
    assert [it for it in room.from_bot if it.files] == [moved]
