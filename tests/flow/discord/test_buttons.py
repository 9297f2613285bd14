"""What the buttons under a clip do, for whom."""

from __future__ import annotations

import pytest

from tests.fakes.discord import Channel, Message, Person
from tests.flow.discord.discord_house import DiscordHouse


@pytest.fixture
async def clip(house: DiscordHouse, room: Channel, ann: Person) -> Message:
    """A clip that Ann has had made."""
    asked = await house.ask(ann, room)
    await house.make()
    return await house.clip(asked)


async def test_again_makes_another_clip_below(
    house: DiscordHouse, room: Channel, ann: Person, clip: Message
) -> None:
    again = await house.discord.press(ann, clip, "Again")
    claim = await house.make()
    assert claim.job.effect == "robot"
    shown = await house.clip(again)
    assert shown is not clip
    assert len(room.from_bot) == 2


async def test_someone_else_who_presses_delete_is_told_why_not_and_nobody_else_sees_it(
    house: DiscordHouse, bob: Person, clip: Message
) -> None:
    pressed = await house.discord.press(bob, clip, "Delete")
    await house.confided(pressed, "belongs to someone else")
    assert not clip.deleted


async def test_whoever_asked_deletes_their_clip(
    house: DiscordHouse, ann: Person, clip: Message
) -> None:
    await house.discord.press(ann, clip, "Delete")
    await house.until(lambda: clip.deleted)


async def test_details_are_shown_to_who_asks_for_them(
    house: DiscordHouse, bob: Person, clip: Message
) -> None:
    pressed = await house.discord.press(bob, clip, "Details")
    said = await house.confided(pressed, "Robot")
    assert "512×512" in said.text


async def test_another_effect_is_picked_from_a_list_that_only_one_sees(
    house: DiscordHouse, ann: Person, clip: Message
) -> None:
    pressed = await house.discord.press(ann, clip, "Other effect")
    offered = await house.confided(pressed, "Pick an effect")
    picked = await house.discord.choose(ann, offered, "Head turn")
    claim = await house.make()
    assert claim.job.effect != "robot"
    await house.clip(picked)


async def test_remix_of_an_effect_without_options_is_made_at_once(
    house: DiscordHouse, ann: Person, clip: Message
) -> None:
    pressed = await house.discord.press(ann, clip, "Remix")
    await house.make()
    await house.clip(pressed)
