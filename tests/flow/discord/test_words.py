"""What people write to the bot on Discord without a command, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.effect_cards import SYMBIOTE
from tests.fakes.discord import Channel, FakeDiscord, Message, Person
from tests.flow.at_work import CLIP, SELFIE
from tests.flow.discord.discord_house import DiscordHouse
from tests.flow.discord.discord_people import heard, offered

WORDY = replace(SYMBIOTE, takes_prompt=True)


@pytest.fixture
def private(discord: FakeDiscord, ann: Person) -> Channel:
    """The direct messages of Ann with the bot."""
    return discord.dm(ann)


async def clip_in(house: DiscordHouse, room: Channel, number: int = 1) -> Message:
    """Wait until so many clips of the bot's own are in a channel, and give the last."""

    def found() -> Message | None:
        clips = [it for it in room.from_bot if it.files]
        return clips[number - 1] if len(clips) >= number else None

    return await house.until(found)


async def test_a_photo_in_private_is_answered_with_effects_to_pick(
    house: DiscordHouse, private: Channel, ann: Person
) -> None:
    private.send(ann, files=[SELFIE])
    offer = await heard(house, private, "Pick an effect, or tell me in words")
    await house.discord.choose(ann, offer, "Robot")
    assert (await house.make()).job.effect == "robot"
    assert list((await clip_in(house, private)).files.values()) == [CLIP]


async def test_words_after_a_photo_say_what_becomes_of_it(
    house: DiscordHouse, private: Channel, ann: Person
) -> None:
    private.send(ann, files=[SELFIE])
    await heard(house, private, "Pick an effect")
    private.send(ann, "turn me into a metal cyborg")
    assert (await house.make()).job.effect == "robot"
    assert "I picked Robot for your words." in (await clip_in(house, private)).text


async def test_words_keep_their_lines_as_each_may_be_a_shot(
    house: DiscordHouse, private: Channel, ann: Person
) -> None:
    private.send(ann, "black slime crawls over me\nthen  it runs off", files=[SELFIE])
    job = (await house.make()).job
    assert job.prompt == "black slime crawls over me\nthen it runs off"


async def test_words_with_a_photo_are_enough(
    house: DiscordHouse, private: Channel, ann: Person
) -> None:
    private.send(ann, "head turn", files=[SELFIE])
    assert (await house.make()).job.effect == "head_turn"
    await clip_in(house, private)


async def test_words_alone_are_answered_with_effects_that_take_a_photo(
    house: DiscordHouse, private: Channel, ann: Person
) -> None:
    private.send(ann, "a dragon flies over the sea")
    said = await heard(house, private, "Send a photo with your words, or pick one of these effects")
    assert said.labels


async def test_a_file_that_holds_no_picture_is_told_from_one_that_does(
    house: DiscordHouse, private: Channel, ann: Person
) -> None:
    private.send(ann, files={"song.mp3": b"ID3"})
    await heard(house, private, "I cannot get a picture out of this. Send me a photo.")


async def test_who_names_the_bot_with_a_photo_gets_a_clip_in_answer(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    sent = room.send(ann, f"{house.discord.bot.mention} robot please", files=[SELFIE])
    assert (await house.make()).job.effect == "robot"
    clip = await clip_in(house, room)
    assert clip.reference is sent
    assert not clip.is_ephemeral


async def test_who_names_the_bot_with_a_photo_alone_may_pick(
    house: DiscordHouse, room: Channel, ann: Person, bob: Person
) -> None:
    room.send(ann, house.discord.bot.mention, files=[SELFIE])
    offer = await heard(house, room, "Pick an effect")
    not_his = await house.discord.choose(bob, offer, "Robot")
    await house.confided(not_his, "This one belongs to someone else.")
    await house.discord.choose(ann, offer, "Robot")
    await house.make()
    await clip_in(house, room)


async def test_a_photo_that_discord_hides_is_led_to_by_its_menu(
    house: DiscordHouse, room: Channel, ann: Person, bob: Person
) -> None:
    photo = room.send(bob, "my new haircut", files=[SELFIE])
    named = room.send(ann, f"{house.discord.bot.mention} robot", reply_to=photo)
    said = await heard(house, room, "its menu, then Apps, “Apply effect to photo”")
    assert said.reference is named


async def test_the_photo_of_a_message_that_names_the_bot_can_be_answered(
    house: DiscordHouse, room: Channel, ann: Person, bob: Person
) -> None:
    bot = house.discord.bot.mention
    photo = room.send(bob, f"{bot} head turn", files=[SELFIE])
    assert (await house.make()).job.effect == "head_turn"
    room.send(ann, f"{bot} robot", reply_to=photo)
    assert (await house.make()).job.effect == "robot"
    await clip_in(house, room, 2)


async def test_other_words_for_a_clip_in_private_make_another_of_the_same_photo(
    house: DiscordHouse, private: Channel, ann: Person
) -> None:
    await offered(house, WORDY)
    private.send(ann, "symbiote", files=[SELFIE])
    first = (await house.make()).job
    private.send(ann, "only my left arm", reply_to=await clip_in(house, private))
    job = (await house.make()).job
    assert (job.effect, job.photos, job.prompt) == ("symbiote", first.photos, "only my left arm")


async def test_other_words_for_a_clip_in_a_server_make_another_of_the_same_photo(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    await offered(house, WORDY)
    asked = await house.ask(ann, room, "Symbiote")
    first = (await house.make()).job
    clip = await house.clip(asked)
    room.send(ann, f"{house.discord.bot.mention} only my left arm", reply_to=clip)
    job = (await house.make()).job
    assert (job.effect, job.photos, job.prompt) == ("symbiote", first.photos, "only my left arm")


async def test_what_people_say_to_each_other_is_left_alone(
    house: DiscordHouse, room: Channel, ann: Person, bob: Person
) -> None:
    asked = await house.ask(ann, room)
    await house.make()
    clip = await house.clip(asked)
    room.send(bob, "robot, symbiote, head turn")
    room.send(bob, files=[SELFIE])
    room.send(bob, "ha, well done", reply_to=clip)
    room.send(ann, f"thank you {bob.mention}", reply_to=room.last)
    last = room.send(ann, f"{house.discord.bot.mention} robot", files=[SELFIE])
    await house.make()
    answer = await clip_in(house, room, 2)
    assert answer.reference is last
    assert room.from_bot == [clip, answer]
