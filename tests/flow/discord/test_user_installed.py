"""Where somebody brings the bot along for themselves: it is no member, and has but their tokens."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.fakes.discord import Channel, FakeDiscord, Guild, Message, Person
from tests.flow.at_work import CLIP, SELFIE
from tests.flow.discord.discord_house import DiscordHouse
from tests.flow.discord.discord_people import PHOTO_MENU, dialogue

BY_TOKEN = {"callback", "followup", "get_original", "edit_original", "delete_original"} | {
    "get_followup",
    "edit_followup",
    "delete_followup",
}
AT_THE_START = {"me", "application", "put_commands", "gateway_bot", "cdn"}
FOLLOWUPS = 5


@pytest.fixture
def cid(discord: FakeDiscord) -> Person:
    """Somebody who has installed the bot for themselves."""
    return discord.person("Cid", has_app=True)


@pytest.fixture
def elsewhere(discord: FakeDiscord, ann: Person, cid: Person) -> Guild:
    """A server of Dan's that the bot is not in."""
    return discord.guild("Elsewhere", discord.person("Dan"), ann, cid, bot=False)


@pytest.fixture
def room(elsewhere: Guild) -> Channel:
    return elsewhere.channel("foreign")


@pytest.fixture
def private(discord: FakeDiscord, ann: Person, cid: Person) -> Channel:
    """The direct messages of Ann and Cid with each other."""
    return discord.private(ann, cid)


@pytest.fixture(autouse=True)
def through_tokens_alone(house: DiscordHouse) -> Generator[None]:
    """See at the end that nothing was asked of Discord that only members may, nor too much."""
    yield
    asked = {call.route for call in house.discord.requests}
    assert asked <= BY_TOKEN | AT_THE_START
    assert not [call for call in house.discord.requests if call.error]
    interactions = house.discord.world.interactions.values()
    assert all(len(it.followups) <= FOLLOWUPS for it in interactions)


async def a_clip(house: DiscordHouse, who: Person, room: Channel) -> Message:
    """Have a clip made."""
    asked = await house.ask(who, room)
    await house.make()
    return await house.clip(asked)


async def test_an_ask_shows_its_progress_and_becomes_the_clip_in_place(
    house: DiscordHouse, room: Channel, cid: Person
) -> None:
    asked = await house.ask(cid, room)
    assert asked.is_of_user_install
    claim = await house.claim()
    for fraction, shown in ((0.2, "20 %"), (0.6, "60 %"), (0.9, "90 %")):
        await house.progress(claim, fraction)
        await house.shown(asked, shown)
    await house.finish(claim)
    clip = await house.clip(asked)
    assert list(clip.files.values()) == [CLIP]
    assert not clip.is_ephemeral
    assert room.messages == [clip]
    assert asked.followups == []


async def test_the_buttons_of_a_clip_work_for_who_has_the_bot_and_who_has_not(
    house: DiscordHouse, room: Channel, cid: Person, ann: Person
) -> None:
    clip = await a_clip(house, cid, room)
    again = await house.discord.press(cid, clip, "Again")
    await house.make()
    second = await house.clip(again)
    await house.confided(await house.discord.press(ann, second, "Details"), "512×512")
    not_hers = await house.discord.press(ann, second, "Delete")
    await house.confided(not_hers, "This one belongs to someone else.")
    await house.discord.press(cid, second, "Delete")
    await house.until(lambda: second.deleted)
    assert room.messages == [clip]
    await house.confided(await house.discord.press(ann, clip, "Details"), "512×512")


async def test_who_keeps_order_in_that_server_takes_a_clip_away(
    house: DiscordHouse, room: Channel, elsewhere: Guild, cid: Person
) -> None:
    clip = await a_clip(house, cid, room)
    await house.discord.press(elsewhere.owner, clip, "Delete")
    await house.until(lambda: clip.deleted)
    listed = await house.discord.slash(cid, room, "jobs")
    await house.confided(listed, "There are no clips of yours yet.")


async def test_one_clip_takes_any_number_of_presses(
    house: DiscordHouse, room: Channel, cid: Person, ann: Person
) -> None:
    clip = await a_clip(house, cid, room)
    for _ in range(FOLLOWUPS + 2):
        pressed = await house.discord.press(ann, clip, "Delete")
        await house.confided(pressed, "This one belongs to someone else.")
    assert not clip.deleted


async def test_an_ask_is_stopped_by_its_button(
    house: DiscordHouse, room: Channel, cid: Person
) -> None:
    asked = await house.ask(cid, room)
    on_its_way = await house.shown(asked, "Queued")
    await house.discord.press(cid, on_its_way, "Cancel")
    await house.shown(asked, "Cancelled.")


async def test_another_effect_is_picked_and_remixed_there(
    house: DiscordHouse, room: Channel, cid: Person
) -> None:
    clip = await a_clip(house, cid, room)
    pressed = await house.discord.press(cid, clip, "Other effect")
    offer = await house.confided(pressed, "Pick an effect")
    picked = await house.discord.choose(cid, offer, "Symbiote")
    await house.make()
    opened = await house.discord.press(cid, await house.clip(picked), "Remix")
    sent = await house.discord.fill(cid, opened, {"Tongue": "off"})
    assert (await house.make()).job.params["tongue"] is False
    await house.clip(sent)


async def test_what_is_refused_is_told_to_who_asked_alone(
    house: DiscordHouse, room: Channel, cid: Person
) -> None:
    asked = await house.ask(cid, room, "unicorn")
    await house.confided(asked, "I do not have the effect “unicorn”.")
    assert room.messages == []


async def test_a_photo_of_somebody_there_is_used_by_its_menu(
    house: DiscordHouse, room: Channel, cid: Person, ann: Person
) -> None:
    sent = room.send(ann, files=[SELFIE])
    offer = await house.confided(await house.discord.menu(cid, PHOTO_MENU, sent), "Pick an effect")
    picked = await house.discord.choose(cid, offer, "Robot")
    await house.make()
    assert room.messages == [sent, await house.clip(picked)]


async def test_the_gallery_opens_a_form_there(
    house: DiscordHouse, room: Channel, cid: Person
) -> None:
    asked = await house.discord.slash(cid, room, "effects")
    shown = await house.confided(asked, "What I can make")
    opened = await house.discord.press(cid, shown, "Use Robot")
    assert (await dialogue(house, opened)).title == "Robot"
    sent = await house.discord.fill(cid, opened, {"A photo": SELFIE})
    await house.make()
    assert room.messages == [await house.clip(sent)]


async def test_a_clip_that_one_did_not_see_is_had_again_from_the_list(
    house: DiscordHouse, room: Channel, cid: Person
) -> None:
    await a_clip(house, cid, room)
    listed = await house.confided(await house.discord.slash(cid, room, "jobs"), "Robot – ready")
    shown = await house.clip(await house.discord.press(cid, listed, "Show Robot"))
    assert shown.is_ephemeral


async def test_two_people_make_clips_in_their_direct_messages(
    house: DiscordHouse, private: Channel, cid: Person, ann: Person
) -> None:
    clip = await a_clip(house, cid, private)
    assert house.discord.sees(ann, private) == [clip]
    again = await house.discord.press(cid, clip, "Again")
    await house.make()
    assert private.messages == [clip, await house.clip(again)]
    await house.confided(await house.discord.press(ann, clip, "Again"), "belongs to someone else")
    await house.discord.press(cid, clip, "Delete")
    await house.until(lambda: clip.deleted)
    await house.confided(await house.discord.press(ann, private.last, "Details"), "512×512")
