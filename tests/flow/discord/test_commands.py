"""What people say with a slash on Discord."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes.discord import Channel, Person
from tests.flow.at_work import EFFECTS, SELFIE
from tests.flow.discord.discord_house import DiscordHouse
from tests.flow.discord.discord_people import dialogue, offered


async def test_options_and_words_of_a_command_reach_the_worker(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    await house.ask(ann, room, "Symbiote", options="tongue=off speed=2", prompt="more goo")
    job = (await house.claim()).job
    assert job.params == {"tongue": False, "speed": 2.0}
    assert job.prompt == "more goo"


async def test_an_option_that_cannot_be_is_refused_by_name_to_who_wrote_it(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked = await house.ask(ann, room, "Symbiote", options="speed=90")
    await house.confided(asked, "The option “speed” cannot be “90”.")
    assert room.from_bot == []


async def test_an_effect_nobody_has_is_refused_by_name(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked = await house.ask(ann, room, "unicorn")
    await house.confided(asked, "I do not have the effect “unicorn”.")


async def test_two_photos_are_used_by_an_effect_that_needs_two(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked = await house.ask(ann, room, "Morph", second_photo=SELFIE)
    assert len((await house.make()).job.photos) == 2
    await house.clip(asked)


async def test_a_second_photo_that_is_missing_is_asked_for_and_added_in_a_form(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked = await house.ask(ann, room, "Morph")
    missing = await house.shown(asked, "Morph needs two photos.")
    added = await house.discord.press(ann, missing, "Add a photo")
    assert (await dialogue(house, added)).labels == ["A photo"]
    sent = await house.discord.fill(ann, added, {"A photo": SELFIE})
    assert len((await house.make()).job.photos) == 2
    await house.clip(sent)


async def test_words_and_a_photo_become_the_effect_they_mean(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked = await house.discord.slash(
        ann, room, "imagine", prompt="turn me into a metal cyborg", photo=SELFIE
    )
    assert (await house.make()).job.effect == "robot"
    await house.clip(asked)


async def test_words_alone_offer_effects_whose_form_takes_the_photo(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked = await house.discord.slash(ann, room, "imagine", prompt="what about a robot?")
    said = await house.confided(asked, "Send a photo with your words, or pick one of these")
    pressed = await house.discord.press(ann, said, "Robot")
    assert (await dialogue(house, pressed)).labels == ["A photo"]
    assert room.from_bot == [], "nothing is said to everybody before there is a photo"
    sent = await house.discord.fill(ann, pressed, {"A photo": SELFIE})
    assert (await house.make()).job.effect == "robot"
    assert not (await house.clip(sent)).is_ephemeral


async def test_words_that_mean_no_effect_offer_some_for_the_photo(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked = await house.discord.slash(
        ann, room, "imagine", prompt="the tax return of 1987", photo=SELFIE
    )
    said = await house.confided(asked, "I am not sure which effect you mean.")
    assert len(said.labels) == 3


async def test_the_photo_of_words_that_mean_no_effect_is_not_asked_for_again(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked = await house.discord.slash(
        ann, room, "imagine", prompt="the tax return of 1987", photo=SELFIE
    )
    said = await house.confided(asked, "I am not sure which effect you mean.")
    one = next(label for label in said.labels if label != "Morph")
    pressed = await house.discord.press(ann, said, one)
    assert len((await house.make()).job.photos) == 1
    await house.clip(pressed)


async def test_a_clip_on_its_way_is_listed_and_stopped(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked = await house.ask(ann, room)
    await house.shown(asked, "Queued")
    listed = await house.discord.slash(ann, room, "jobs")
    await house.confided(listed, "Robot – in line")
    await house.confided(await house.discord.slash(ann, room, "cancel"), "Stopped 1 clip.")
    await house.shown(asked, "Cancelled.")
    again = await house.discord.slash(ann, room, "cancel")
    await house.confided(again, "Nothing of yours is on its way.")


async def test_a_clip_in_the_list_is_shown_again_to_who_asked_alone(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked = await house.ask(ann, room)
    await house.make()
    first = await house.clip(asked)
    listed = await house.confided(await house.discord.slash(ann, room, "jobs"), "Robot – ready")
    shown = await house.clip(await house.discord.press(ann, listed, "Show Robot"))
    assert list(shown.files.values()) == list(first.files.values())
    assert shown.is_ephemeral


async def test_what_is_used_and_what_works_is_told(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    await house.ask(ann, room)
    await house.make()
    told = await house.confided(await house.discord.slash(ann, room, "info"), "Today: 1 of 50")
    assert f"{len(EFFECTS.effects)} effects can be made right now." in told.text


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("help", "/imagine – say what should happen"),
        ("privacy", "Photos are deleted after 24 hours"),
        ("terms", "Send only photos of yourself"),
    ],
)
async def test_what_the_bot_does_and_keeps_is_said_to_who_wants_to_know_alone(
    house: DiscordHouse, room: Channel, ann: Person, command: str, words: str
) -> None:
    await house.confided(await house.discord.slash(ann, room, command), words)
    assert room.from_bot == []


async def test_forms_speak_the_language_that_somebody_has_chosen(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    await offered(house, *EFFECTS.effects)
    chosen = await house.discord.slash(ann, room, "lang", language="zh")
    await house.confided(chosen, "中文")
    shown = await house.confided(await house.discord.slash(ann, room, "effects"), "我能做的特效")
    opened = await house.discord.press(ann, shown, "使用机器人")
    form = await dialogue(house, opened)
    assert (form.title, form.labels) == ("机器人", ["照片"])


async def test_forgetting_leaves_nothing_of_somebody(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked = await house.ask(ann, room)
    await house.make()
    await house.clip(asked)
    sure = await house.confided(await house.discord.slash(ann, room, "forgetme"), "for good")
    pressed = await house.discord.press(ann, sure, "Delete everything of mine")
    await house.confided(pressed, "nothing of yours is kept")
    assert await house.services.media.list() == []
    listed = await house.discord.slash(ann, room, "jobs")
    await house.confided(listed, "There are no clips of yours yet.")


async def test_a_form_that_stays_open_for_long_is_carried_out_nevertheless(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    asked = await house.ask(ann, room, "Morph")
    missing = await house.shown(asked, "Morph needs two photos.")
    added = await house.discord.press(ann, missing, "Add a photo")
    await dialogue(house, added)
    house.discord.pass_time(timedelta(minutes=30))
    sent = await house.discord.fill(ann, added, {"A photo": SELFIE})
    await house.make()
    await house.clip(sent)
