"""What is suggested on Discord while somebody types a command, and in whose language."""

from __future__ import annotations

import pytest

from tests.fakes.discord import Channel, FakeDiscord, Guild, Person
from tests.flow.discord.discord_house import DiscordHouse
from tests.flow.discord.discord_people import suggested


@pytest.fixture
def mei(discord: FakeDiscord, friends: Guild) -> Person:
    """Somebody in the server whose Discord is in Chinese."""
    mei = discord.person("Mei", locale="zh-CN")
    friends.join(mei)
    return mei


async def test_effects_are_suggested_with_what_each_needs(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    named = await suggested(house, ann, room, "effect", effect="")
    one, two = "1 photo", "2 photos"
    assert named == [f"Head turn · {one}", f"Morph · {two}", f"Robot · {one}", f"Symbiote · {one}"]
    assert await suggested(house, ann, room, "effect", effect="cyb") == ["Robot · 1 photo"]


async def test_effects_are_suggested_in_the_language_of_ones_discord(
    house: DiscordHouse, room: Channel, mei: Person
) -> None:
    found = await house.discord.suggestions(mei, room, "effect", effect="变")
    assert found == [("变脸 · 2张照片", "变脸")]


async def test_effects_are_suggested_in_the_language_that_somebody_has_chosen(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    chosen = await house.discord.slash(ann, room, "lang", language="zh")
    await house.confided(chosen, "中文")
    assert await suggested(house, ann, room, "effect", effect="robot") == ["机器人 · 1张照片"]


async def test_what_is_suggested_can_be_asked_for_in_any_language(
    house: DiscordHouse, room: Channel, mei: Person
) -> None:
    ((_, value),) = await house.discord.suggestions(mei, room, "effect", effect="机器")
    asked = await house.ask(mei, room, str(value))
    assert (await house.make()).job.effect == "robot"
    await house.clip(asked)


async def test_options_are_suggested_as_people_write_them(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    async def options(begun: str) -> list[str]:
        return await suggested(house, ann, room, "effect", effect="Symbiote", options=begun)

    assert await options("tongue") == ["tongue=off", "tongue=on"]
    assert "tongue=on speed=2" in await options("tongue=on sp")
    every = await options("")
    assert not [it for it in every if "True" in it or "False" in it]
