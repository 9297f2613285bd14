"""The effects with their posters, and the forms that they and finished clips open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from engine.jobs.job import MediaKey
from tests.effect_cards import HEAD_TURN, JOURNEY, ROBOT, SYMBIOTE, a_card
from tests.fakes.discord import Channel, FakeDiscord, Guild, Interaction, Message, Person
from tests.flow.at_work import MORPH, SELFIE
from tests.flow.discord.discord_house import DiscordHouse, a_discord_house
from tests.flow.discord.discord_people import dialogue, offered
from tests.valkey import ValkeyProcess

SIX = [MORPH, ROBOT, HEAD_TURN, SYMBIOTE, a_card("aging", "Aging"), a_card("bloom", "Bloom")]
WORDY = replace(SYMBIOTE, takes_prompt=True)


async def gallery(house: DiscordHouse, who: Person, room: Channel) -> Message:
    """Open the gallery."""
    return await house.confided(await house.discord.slash(who, room, "effects"), "What I can make")


async def a_clip(house: DiscordHouse, who: Person, room: Channel, **options: object) -> Message:
    """Have a clip made of the symbiote."""
    asked = await house.ask(who, room, "Symbiote", **options)
    await house.make()
    return await house.clip(asked)


async def made(house: DiscordHouse, asked: Interaction, effect: str) -> None:
    """Make the clip that is asked for."""
    assert (await house.make()).job.effect == effect
    await house.clip(asked)


def uses(shown: Message) -> list[str]:
    return [label for label in shown.labels if label.startswith("Use ")]


async def test_the_gallery_shows_effects_with_posters_to_who_asks_alone(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    await offered(house, *SIX)
    shown = await gallery(house, ann, room)
    assert shown.content_now.is_v2
    assert sorted(shown.files) == ["aging.jpg", "bloom.jpg", "head_turn.jpg", "morph.jpg"]
    assert set(shown.files.values()) == {SELFIE}
    assert "### Morph\nMorph.\n-# 2 photos" in shown.text
    assert uses(shown) == ["Use Aging", "Use Bloom", "Use Head turn", "Use Morph"]
    assert shown.is_ephemeral


async def test_the_next_page_takes_the_place_of_the_first_and_leads_back_to_it(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    await offered(house, *SIX)
    shown = await gallery(house, ann, room)
    await house.discord.press(ann, shown, "More…")
    await house.until(lambda: uses(shown) == ["Use Robot", "Use Symbiote"])
    assert sorted(shown.files) == ["robot.jpg", "symbiote.jpg"]
    await house.discord.press(ann, shown, "More…")
    await house.until(lambda: "Use Aging" in shown.labels)


async def test_an_effect_whose_poster_is_gone_is_shown_without_one(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    await offered(house, ROBOT, HEAD_TURN)
    await house.services.media.delete(MediaKey("previews/robot.jpg"))
    shown = await gallery(house, ann, room)
    assert list(shown.files) == ["head_turn.jpg"]
    assert uses(shown) == ["Use Head turn", "Use Robot"]


async def test_use_opens_a_form_whose_photo_becomes_a_clip_that_everyone_sees(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    shown = await gallery(house, ann, room)
    opened = await house.discord.press(ann, shown, "Use Robot")
    form = await dialogue(house, opened)
    assert (form.title, form.labels) == ("Robot", ["A photo"])
    sent = await house.discord.fill(ann, opened, {"A photo": SELFIE})
    assert (await house.make()).job.effect == "robot"
    clip = await house.clip(sent)
    assert room.from_bot == [clip]
    assert uses(shown), "the gallery stays, for the next one"


async def test_the_form_of_an_effect_for_two_takes_two_photos_and_no_fewer(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    opened = await house.discord.press(ann, await gallery(house, ann, room), "Use Morph")
    with pytest.raises(AssertionError, match="needs 2"):
        await house.discord.fill(ann, opened, {"2 photos": SELFIE})
    sent = await house.discord.fill(ann, opened, {"2 photos": [SELFIE, SELFIE]})
    assert len((await house.make()).job.photos) == 2
    await house.clip(sent)


async def test_the_form_of_a_journey_takes_as_many_photos_as_it_can_and_words(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    await offered(house, JOURNEY)
    shown = await gallery(house, ann, room)
    assert "-# 2 to 7 photos, your words if you like" in shown.text
    opened = await house.discord.press(ann, shown, "Use Journey")
    for photos, why in ((1, "needs 2"), (8, "takes 7")):
        with pytest.raises(AssertionError, match=why):
            await house.discord.fill(ann, opened, {"2 to 7 photos": [SELFIE] * photos})
    words = "by boat\nby train"
    filled = {"2 to 7 photos": [SELFIE] * 7, "What should happen, in words": words}
    sent = await house.discord.fill(ann, opened, filled)
    job = (await house.make()).job
    assert (len(job.photos), job.prompt) == (7, words)
    await house.clip(sent)


async def test_a_form_takes_words_and_options_too(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    await offered(house, WORDY)
    opened = await house.discord.press(ann, await gallery(house, ann, room), "Use Symbiote")
    form = await dialogue(house, opened)
    words = "What should happen, in words"
    assert form.labels == ["A photo", words, "Colour", "Tongue", "Speed"]
    filled = {"A photo": SELFIE, words: "slowly", "Tongue": "off", "Speed": "2"}
    await house.discord.fill(ann, opened, filled)
    job = (await house.claim()).job
    assert job.prompt == "slowly"
    assert job.params == {"color": "#05070c", "tongue": False, "speed": 2.0}


async def test_remix_opens_a_form_with_what_the_clip_was_made_with(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    await offered(house, WORDY)
    clip = await a_clip(house, ann, room, prompt="slowly", options="tongue=off")
    opened = await house.discord.press(ann, clip, "Remix")
    form = await dialogue(house, opened)
    words = "What should happen, in words"
    assert form.labels == [words, "Colour", "Tongue", "Speed"], "its photo is still known"
    assert form.fields[words]["value"] == "slowly"
    chosen = [it["label"] for it in form.fields["Tongue"]["options"] if it.get("default")]
    assert chosen == ["off"]


async def test_a_remix_is_a_new_clip_of_the_same_photo_below_the_first(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    await offered(house, WORDY)
    asked = await house.ask(ann, room, "Symbiote", prompt="slowly")
    before = (await house.make()).job
    clip = await house.clip(asked)
    opened = await house.discord.press(ann, clip, "Remix")
    sent = await house.discord.fill(
        ann, opened, {"What should happen, in words": "at once", "Speed": "2"}
    )
    job = (await house.make()).job
    assert (job.photos, job.prompt, job.params["speed"]) == (before.photos, "at once", 2.0)
    assert room.from_bot == [clip, await house.clip(sent)]


async def test_the_clip_of_somebody_else_is_not_remixed(
    house: DiscordHouse, room: Channel, ann: Person, bob: Person
) -> None:
    clip = await a_clip(house, ann, room)
    pressed = await house.discord.press(bob, clip, "Remix")
    await house.confided(pressed, "This one belongs to someone else.")


async def test_buttons_and_forms_work_after_the_bot_was_started_anew(
    discord: FakeDiscord,
    friends: Guild,
    room: Channel,
    ann: Person,
    tmp_path: Path,
    valkey: ValkeyProcess,
    redis: Redis,
) -> None:
    async with a_discord_house(tmp_path, valkey.url, discord) as house:
        shown = await gallery(house, ann, room)
        clip = await a_clip(house, ann, room)
        begun = await house.discord.press(ann, shown, "Use Robot")
        await dialogue(house, begun)
    async with a_discord_house(tmp_path, valkey.url, discord) as house:
        await made(house, await discord.fill(ann, begun, {"A photo": SELFIE}), "robot")
        opened = await discord.press(ann, shown, "Use Morph")
        sent = await discord.fill(ann, opened, {"2 photos": [SELFIE, SELFIE]})
        await made(house, sent, "morph")
        remixed = await discord.press(ann, clip, "Remix")
        await made(house, await discord.fill(ann, remixed, {"Tongue": "off"}), "symbiote")
