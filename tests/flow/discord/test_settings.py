"""What the admins of a server set, and what that does to whoever asks afterwards."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta

import pytest

from tests.fakes.discord import Channel, Guild, Interaction, Message, Person
from tests.flow.discord.discord_house import DiscordHouse
from tests.flow.discord.discord_people import (
    CHANNEL_SELECT,
    ROLE_SELECT,
    offered,
    pick,
    pick_none,
)
from tests.shipped_cards import SHIPPED


@pytest.fixture
async def panel(house: DiscordHouse, room: Channel, ann: Person) -> Message:
    """The settings, as Ann sees them, whose server it is."""
    asked = await house.discord.slash(ann, room, "settings")
    return await house.confided(asked, "Settings of this server.")


async def made(house: DiscordHouse, asked: Interaction) -> Message:
    """Have a clip made, and wait for it."""
    await house.make()
    return await house.clip(asked)


async def changed(house: DiscordHouse, panel: Message, change: Awaitable[Interaction]) -> None:
    """Change a setting, and wait until the settings are shown anew."""
    before = len(panel.shown)
    await change
    await house.until(lambda: len(panel.shown) > before)


def marked(panel: Message) -> list[str]:
    """List the effects that are shown as picked."""
    names = {each.title["en"] for each in SHIPPED}
    options = [panel.option(label) for label in panel.options if label in names]
    return sorted(option.label for option in options if option.json.get("default"))


async def test_effects_are_used_only_in_the_channels_that_were_picked(
    house: DiscordHouse, friends: Guild, room: Channel, bob: Person, ann: Person, panel: Message
) -> None:
    clips = friends.channel("clips")
    await changed(house, panel, pick(house, ann, panel, CHANNEL_SELECT, [clips.id]))
    refused = await house.ask(bob, room)
    await house.confided(refused, f"Effects are not used in this channel. Try <#{clips.id}>.")
    await made(house, await house.ask(bob, clips.thread("mine")))


async def test_no_channel_picked_is_all_channels_again(
    house: DiscordHouse, friends: Guild, room: Channel, bob: Person, ann: Person, panel: Message
) -> None:
    clips = friends.channel("clips")
    await changed(house, panel, pick(house, ann, panel, CHANNEL_SELECT, [clips.id]))
    await changed(house, panel, pick(house, ann, panel, CHANNEL_SELECT, []))
    await made(house, await house.ask(bob, room))


async def test_only_members_with_a_role_that_was_picked_make_clips(
    house: DiscordHouse, friends: Guild, room: Channel, bob: Person, ann: Person, panel: Message
) -> None:
    await changed(house, panel, pick(house, ann, panel, ROLE_SELECT, [friends.id + 1]))
    await house.confided(await house.ask(bob, room), "Only members with a certain role")
    friends.admin(bob)
    await made(house, await house.ask(bob, room))


async def test_an_effect_that_was_not_picked_is_off(
    house: DiscordHouse, room: Channel, bob: Person, ann: Person, panel: Message
) -> None:
    await changed(house, panel, house.discord.choose(ann, panel, "Robot", "Head turn"))
    refused = await house.ask(bob, room, "Symbiote")
    await house.confided(refused, "The admins here have switched this effect off.")
    await made(house, await house.ask(bob, room, "Robot"))


async def test_effects_that_one_list_has_no_room_for_are_picked_in_others(
    house: DiscordHouse, room: Channel, bob: Person, ann: Person
) -> None:
    await offered(house, *SHIPPED)
    opened = await house.discord.slash(ann, room, "settings")
    panel = await house.confided(opened, "Settings of this server.")
    assert {each.title["en"] for each in SHIPPED} <= set(panel.options)
    await changed(house, panel, house.discord.choose(ann, panel, "Tornado", "Symbiote"))
    await changed(house, panel, house.discord.choose(ann, panel, "Arc shot", "Head turn"))
    await changed(house, panel, house.discord.choose(ann, panel, "Symbiote"))
    assert marked(panel) == ["Arc shot", "Head turn", "Symbiote"]
    refused = await house.ask(bob, room, "Tornado")
    await house.confided(refused, "The admins here have switched this effect off.")
    await made(house, await house.ask(bob, room, "Head turn"))


async def test_none_picked_in_any_list_is_all_effects_again(
    house: DiscordHouse, room: Channel, bob: Person, ann: Person
) -> None:
    await offered(house, *SHIPPED)
    opened = await house.discord.slash(ann, room, "settings")
    panel = await house.confided(opened, "Settings of this server.")
    await changed(house, panel, house.discord.choose(ann, panel, "Tornado"))
    await changed(house, panel, pick_none(house, ann, panel, "Tornado"))
    assert marked(panel) == []
    await made(house, await house.ask(bob, room, "Head turn"))


async def test_everyone_has_as_many_clips_a_day_as_was_set(
    house: DiscordHouse, room: Channel, bob: Person, ann: Person, panel: Message
) -> None:
    await changed(house, panel, house.discord.choose(ann, panel, "Clips a day for each: 1"))
    await made(house, await house.ask(bob, room))
    await house.confided(await house.ask(bob, room), "everyone may have 1 clip a day")
    house.discord.pass_time(timedelta(hours=25))
    await made(house, await house.ask(bob, room))


async def test_nothing_is_made_in_quiet_hours(
    house: DiscordHouse, room: Channel, bob: Person, ann: Person, panel: Message
) -> None:
    now = house.discord.world.clock.now()
    start, end = (f"{now + timedelta(hours=hours):%H:%M}" for hours in (-1, 1))
    opened = await house.discord.press(ann, panel, "Quiet hours")
    filled = {"Quiet hours, such as 22:00-07:00 +1": f"{start}-{end}"}
    await house.discord.fill(ann, opened, filled)
    await house.until(lambda: f"Quiet hours: {start}-{end}, UTC+0" in panel.text)
    await house.confided(await house.ask(bob, room), f"I make no clips here before {end}.")
    house.discord.pass_time(timedelta(hours=2))
    await made(house, await house.ask(bob, room))


async def test_quiet_hours_are_lifted_by_leaving_them_empty(
    house: DiscordHouse, ann: Person, panel: Message
) -> None:
    label = "Quiet hours, such as 22:00-07:00 +1"
    for hours, said in (("22:00-07:00 +8", "22:00-07:00, UTC+8"), ("", "none")):
        opened = await house.discord.press(ann, panel, "Quiet hours")
        await house.discord.fill(ann, opened, {label: hours})
        await house.until(lambda said=said: f"Quiet hours: {said}" in panel.text)


async def test_quiet_hours_that_are_none_change_nothing_and_are_told(
    house: DiscordHouse, ann: Person, panel: Message
) -> None:
    opened = await house.discord.press(ann, panel, "Quiet hours")
    filled = {"Quiet hours, such as 22:00-07:00 +1": "at night"}
    sent = await house.discord.fill(ann, opened, filled)
    await house.confided(sent, "I did not understand")
    assert "Quiet hours: none" in panel.text


async def test_clips_are_hidden_until_somebody_clicks_where_that_is_wanted(
    house: DiscordHouse, room: Channel, bob: Person, ann: Person, panel: Message
) -> None:
    assert list((await made(house, await house.ask(bob, room))).files) == ["clip.mp4"]
    await changed(house, panel, house.discord.press(ann, panel, "Spoilers: off"))
    assert "Spoilers: on" in panel.labels
    assert list((await made(house, await house.ask(bob, room))).files) == ["SPOILER_clip.mp4"]


async def test_admins_alone_may_ask_where_that_is_wanted(
    house: DiscordHouse, room: Channel, bob: Person, ann: Person, panel: Message
) -> None:
    await changed(house, panel, house.discord.press(ann, panel, "Who: everyone"))
    assert "Who: admins only" in panel.labels
    await house.confided(await house.ask(bob, room), "Only admins may ask me for clips here.")
    await made(house, await house.ask(ann, room))


async def test_what_holds_now_is_marked_when_the_settings_are_opened_again(
    house: DiscordHouse, friends: Guild, room: Channel, bob: Person, ann: Person, panel: Message
) -> None:
    friends.admin(bob)
    await changed(house, panel, house.discord.choose(ann, panel, "Clips a day for each: 3"))
    opened = await house.discord.slash(bob, room, "settings")
    shown = await house.confided(opened, "Settings of this server.")
    limit = shown.option("Clips a day for each: 3")
    assert limit.json["default"]


async def test_settings_are_offered_to_admins_in_servers_alone(
    house: DiscordHouse, room: Channel, ann: Person, bob: Person
) -> None:
    with pytest.raises(AssertionError, match="may not use"):
        await house.discord.slash(bob, room, "settings")
    with pytest.raises(AssertionError, match="is offered in"):
        await house.discord.slash(ann, house.discord.dm(ann), "settings")


async def test_who_is_an_admin_no_more_changes_nothing(
    house: DiscordHouse, friends: Guild, room: Channel, bob: Person
) -> None:
    friends.admin(bob)
    opened = await house.discord.slash(bob, room, "settings")
    panel = await house.confided(opened, "Settings of this server.")
    friends.admins.remove(bob)
    pressed = await house.discord.press(bob, panel, "Spoilers: off")
    await house.confided(pressed, "Only admins of this server change that.")
    assert "Spoilers: off" in panel.labels
