"""Who keeps order on Discord: moderators take clips away, and owners hear of reports."""

from __future__ import annotations

import pytest

from tests.fakes.discord import Channel, FakeDiscord, Guild, Message, Person
from tests.fakes.discord.permissions import BITS
from tests.flow.discord.discord_house import DiscordHouse
from tests.flow.discord.discord_people import heard


@pytest.fixture
def olga(discord: FakeDiscord) -> Person:
    return discord.person("Olga")


@pytest.fixture
def oscar(discord: FakeDiscord) -> Person:
    return discord.person("Oscar")


@pytest.fixture
def house_settings(olga: Person, oscar: Person) -> dict[str, object]:
    """Two people own the bot."""
    return {"owners": (f"discord:{olga.id}", f"discord:{oscar.id}")}


@pytest.fixture
def mod(discord: FakeDiscord, friends: Guild, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody who may manage the messages of the server, and nothing else."""
    mod, usual = discord.person("Mod"), Guild.may
    friends.join(mod)

    def may(guild: Guild, person: Person) -> int:
        return usual(guild, person) | (BITS["manage_messages"] if person is mod else 0)

    monkeypatch.setattr(Guild, "may", may)
    return mod


@pytest.fixture
async def clip(house: DiscordHouse, room: Channel, bob: Person) -> Message:
    """A clip that Bob has had made."""
    asked = await house.ask(bob, room)
    await house.make()
    return await house.clip(asked)


async def test_a_moderator_deletes_the_clip_of_somebody_else_for_good(
    house: DiscordHouse, room: Channel, bob: Person, mod: Person, clip: Message
) -> None:
    await house.discord.press(mod, clip, "Delete")
    await house.until(lambda: clip.deleted)
    asked = await house.discord.slash(bob, room, "jobs")
    listed = await house.confided(asked, "There are no clips of yours yet.")
    assert listed.labels == [], "there is no clip left to be shown"


async def test_an_admin_deletes_the_clip_of_somebody_else(
    house: DiscordHouse, ann: Person, clip: Message
) -> None:
    await house.discord.press(ann, clip, "Delete")
    await house.until(lambda: clip.deleted)


async def test_a_moderator_deletes_but_does_not_use_the_clip_of_somebody_else(
    house: DiscordHouse, mod: Person, clip: Message
) -> None:
    pressed = await house.discord.press(mod, clip, "Again")
    await house.confided(pressed, "This one belongs to someone else.")


async def test_a_moderator_of_one_server_is_nobody_in_another(
    house: DiscordHouse, discord: FakeDiscord, ann: Person, bob: Person
) -> None:
    other = discord.guild("Others", bob, ann).channel("general")
    asked = await house.ask(bob, other)
    await house.make()
    clip = await house.clip(asked)
    await house.confided(await house.discord.press(ann, clip, "Delete"), "belongs to someone else")
    assert not clip.deleted


async def test_a_reported_clip_is_told_of_to_every_owner_in_private(
    house: DiscordHouse,
    discord: FakeDiscord,
    ann: Person,
    clip: Message,
    olga: Person,
    oscar: Person,
) -> None:
    pressed = await house.discord.press(ann, clip, "Report")
    await house.confided(pressed, "Thank you. The owner of this bot has been told.")
    for owner in (olga, oscar):
        told = await heard(house, discord.dm(owner), "reports")
        assert str(ann.id) in told.text
        assert str(clip.id) in told.text
    assert not clip.deleted


async def test_a_report_of_a_message_leads_owners_to_it(
    house: DiscordHouse, discord: FakeDiscord, room: Channel, ann: Person, olga: Person
) -> None:
    link = f"https://discord.com/channels/1/{room.id}/3"
    asked = await house.discord.slash(ann, room, "report", message=link)
    await house.confided(asked, "Thank you. The owner of this bot has been told.")
    await heard(house, discord.dm(olga), link)
    assert room.from_bot == []


async def test_an_owner_who_takes_no_messages_keeps_nothing_from_the_others(
    house: DiscordHouse,
    discord: FakeDiscord,
    ann: Person,
    clip: Message,
    olga: Person,
    oscar: Person,
) -> None:
    discord.dm(olga).close()
    pressed = await house.discord.press(ann, clip, "Report")
    await house.confided(pressed, "Thank you.")
    await heard(house, discord.dm(oscar), "reports")
    assert discord.dm(olga).messages == []
    assert [call.code for call in discord.calls("send") if call.error] == [50007]


async def test_a_report_that_reaches_no_owner_is_answered_all_the_same(
    house: DiscordHouse,
    discord: FakeDiscord,
    ann: Person,
    clip: Message,
    olga: Person,
    oscar: Person,
) -> None:
    for owner in (olga, oscar):
        discord.dm(owner).close()
    pressed = await house.discord.press(ann, clip, "Report")
    await house.confided(pressed, "I cannot reach the owner of this bot.")
    assert [call.code for call in discord.calls("send")] == [50007, 50007]
