"""Effects from the menus of messages and of people."""

from __future__ import annotations

import pytest
from discord.asset import Asset

from tests.effect_cards import JOURNEY, ROBOT
from tests.fakes.discord import Channel, FakeDiscord, Guild, Interaction, Message, Person
from tests.flow.at_work import SELFIE
from tests.flow.discord.discord_house import DiscordHouse
from tests.flow.discord.discord_people import (
    AVATAR_MENU,
    PHOTO_MENU,
    menu_of_forwarded,
    offered,
)


@pytest.fixture
def ann(discord: FakeDiscord) -> Person:
    return discord.person("Ann", avatar=SELFIE)


@pytest.fixture
def bob(discord: FakeDiscord) -> Person:
    return discord.person("Bob", avatar=SELFIE)


@pytest.fixture(autouse=True)
def faces_of_the_fake(discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have avatars come from the fake, too."""
    monkeypatch.setattr(Asset, "BASE", discord.cdn_url)


async def chosen(house: DiscordHouse, who: Person, offer: Message, effect: str) -> Interaction:
    """Choose an effect, and wait for its clip in a message that everyone sees."""
    picked = await house.discord.choose(who, offer, effect)
    await house.make()
    assert not (await house.clip(picked)).is_ephemeral
    return picked


async def test_a_photo_that_somebody_sent_becomes_a_clip(
    house: DiscordHouse, room: Channel, ann: Person, bob: Person
) -> None:
    sent = room.send(bob, "look at me", files=[SELFIE])
    asked = await house.discord.menu(ann, PHOTO_MENU, sent)
    offer = await house.confided(asked, "Pick an effect")
    assert offer.options == ["Head turn", "Morph", "Robot", "Symbiote"]
    await chosen(house, ann, offer, "Robot")


async def test_of_one_offer_several_clips_can_be_made(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    sent = room.send(ann, files=[SELFIE])
    offer = await house.confided(await house.discord.menu(ann, PHOTO_MENU, sent), "Pick an effect")
    await chosen(house, ann, offer, "Robot")
    await chosen(house, ann, offer, "Head turn")
    assert len(room.from_bot) == 2


async def test_a_message_without_a_photo_is_none_to_pick(
    house: DiscordHouse, room: Channel, ann: Person, bob: Person
) -> None:
    sent = room.send(bob, "nice weather", files={"song.mp3": b"ID3"})
    asked = await house.discord.menu(ann, PHOTO_MENU, sent)
    await house.confided(asked, "There is no photo in this message. Pick a message that has one.")


async def test_both_photos_of_a_message_are_used_by_an_effect_for_two(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    sent = room.send(ann, files=[SELFIE, SELFIE])
    offer = await house.confided(await house.discord.menu(ann, PHOTO_MENU, sent), "Two photos.")
    picked = await house.discord.choose(ann, offer, "Morph")
    assert len((await house.make()).job.photos) == 2
    await house.clip(picked)


async def test_all_photos_of_a_message_are_used_by_an_effect_for_several(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    await offered(house, ROBOT, JOURNEY)
    sent = room.send(ann, files=[SELFIE, SELFIE, SELFIE, SELFIE, SELFIE])
    offer = await house.confided(await house.discord.menu(ann, PHOTO_MENU, sent), "5 photos.")
    picked = await house.discord.choose(ann, offer, "Journey")
    assert len((await house.make()).job.photos) == 5
    await house.clip(picked)


async def test_one_photo_for_an_effect_of_several_opens_a_form_for_the_others(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    await offered(house, ROBOT, JOURNEY)
    sent = room.send(ann, files=[SELFIE])
    offer = await house.confided(await house.discord.menu(ann, PHOTO_MENU, sent), "Pick an effect")
    picked = await house.discord.choose(ann, offer, "Journey")
    filled = await house.discord.fill(ann, picked, {"1 to 6 photos": [SELFIE] * 3})
    assert len((await house.make()).job.photos) == 4
    await house.clip(filled)


async def test_the_photo_of_a_forwarded_message_is_used(
    house: DiscordHouse, room: Channel, ann: Person, bob: Person
) -> None:
    sent = room.send(bob, files=[SELFIE])
    asked = await menu_of_forwarded(house, ann, sent)
    await chosen(house, ann, await house.confided(asked, "Pick an effect"), "Robot")


async def test_one_photo_for_an_effect_of_two_opens_a_form_for_the_other(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    sent = room.send(ann, files=[SELFIE])
    offer = await house.confided(await house.discord.menu(ann, PHOTO_MENU, sent), "Pick an effect")
    picked = await house.discord.choose(ann, offer, "Morph")
    filled = await house.discord.fill(ann, picked, {"A photo": SELFIE})
    assert len((await house.make()).job.photos) == 2
    await house.clip(filled)


async def test_ones_own_avatar_may_always_be_used(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked = await house.discord.user_menu(ann, room, AVATAR_MENU, ann)
    offer = await house.confided(asked, "Pick an effect for the avatar of Ann.")
    await chosen(house, ann, offer, "Robot")


async def test_the_avatar_that_discord_draws_can_be_used_too(
    house: DiscordHouse, discord: FakeDiscord, friends: Guild, room: Channel
) -> None:
    plain = discord.person("Plain")
    friends.join(plain)
    asked = await house.discord.user_menu(plain, room, AVATAR_MENU, plain)
    offer = await house.confided(asked, "Pick an effect for the avatar of Plain.")
    await chosen(house, plain, offer, "Robot")


async def test_the_avatar_of_somebody_who_has_not_allowed_it_is_left_alone(
    house: DiscordHouse, room: Channel, ann: Person, bob: Person
) -> None:
    asked = await house.discord.user_menu(ann, room, AVATAR_MENU, bob)
    await house.confided(asked, "Bob has not allowed that. They can, with /optin.")
    assert not house.discord.calls("cdn"), "a face that may not be used is not even fetched"


async def test_the_avatar_of_somebody_who_has_allowed_it_becomes_a_clip(
    house: DiscordHouse, room: Channel, ann: Person, bob: Person
) -> None:
    allowed = await house.discord.slash(bob, room, "optin")
    await house.confided(allowed, "may now use effects on your avatar")
    asked = await house.discord.user_menu(ann, room, AVATAR_MENU, bob)
    offer = await house.confided(asked, "Pick an effect for the avatar of Bob.")
    await chosen(house, ann, offer, "Robot")


async def test_who_takes_it_back_is_left_alone_again(
    house: DiscordHouse, room: Channel, ann: Person, bob: Person
) -> None:
    await house.confided(
        await house.discord.slash(bob, room, "optin"), "/optin again takes it back"
    )
    taken_back = await house.discord.slash(bob, room, "optin")
    await house.confided(taken_back, "Nobody may use effects on your avatar any more.")
    asked = await house.discord.user_menu(ann, room, AVATAR_MENU, bob)
    await house.confided(asked, "Bob has not allowed that.")


async def test_the_avatar_of_a_bot_is_refused_in_words_that_fit_a_bot(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked = await house.discord.user_menu(ann, room, AVATAR_MENU, house.discord.bot)
    said = await house.confided(asked, "bot")
    assert "/optin" not in said.text, "a bot cannot give a command"


async def test_an_offer_is_for_who_asked_and_nobody_else_sees_it(
    house: DiscordHouse, room: Channel, ann: Person, bob: Person
) -> None:
    sent = room.send(bob, files=[SELFIE])
    await house.confided(await house.discord.menu(ann, PHOTO_MENU, sent), "Pick an effect")
    assert house.discord.sees(bob, room) == [sent]


async def test_the_menu_works_on_what_one_has_sent_to_the_bot_alone(
    house: DiscordHouse, ann: Person
) -> None:
    sent = house.discord.dm(ann).send(ann, "robot", files=[SELFIE])
    await house.make()
    asked = await house.discord.menu(ann, PHOTO_MENU, sent)
    await chosen(house, ann, await house.confided(asked, "Pick an effect"), "Head turn")
