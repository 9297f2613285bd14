"""From a photo, words or a command to an ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bots.chat import MessageId
from engine.jobs.job import JobState
from tests.unit.bots.desk.front import ANN, BOB, GROUP, HERE, OTHER, SELFIE, Front

LENT = replace(HERE, through="a token")


async def test_for_a_photo_there_are_effects_and_one_is_picked(front: Front) -> None:
    await front.say("", SELFIE)
    assert front.labels == ["Head turn", "Morph", "Robot", "Symbiote"]
    assert await front.press("Robot") == ""
    request = await front.asked()
    assert (request.effect, request.state) == ("robot", JobState.QUEUED)
    assert request.job is not None
    assert len(request.job.photos) == 1
    assert len(front.house.chat.messages(request.id)) == 1


async def test_the_same_pick_twice_is_one_ask(front: Front) -> None:
    await front.say("", SELFIE)
    await front.press("Robot")
    await front.press("Robot")
    await front.press("Symbiote")
    assert [it.effect for it in await front.requests()] == ["symbiote", "robot"]


async def test_the_name_of_an_effect_with_a_photo_is_an_ask(front: Front) -> None:
    await front.say("robot", SELFIE)
    assert (await front.asked()).effect == "robot"
    assert front.platform.texts == []


async def test_words_choose_the_nearest_effect(front: Front) -> None:
    await front.say("", SELFIE)
    await front.say("turn me into a metal cyborg")
    request = await front.asked()
    assert (request.effect, request.runners_up is not None) == ("robot", True)


async def test_what_is_offered_is_picked_by_nobody_else(front: Front) -> None:
    await front.say("", SELFIE, where=GROUP, named=True)
    shown = await front.press("Robot", who=BOB, where=GROUP)
    assert shown == "This one belongs to someone else. Ask for one of your own."
    assert await front.requests(ANN) == await front.requests(BOB) == []


async def test_what_is_no_longer_kept_cannot_be_picked(front: Front) -> None:
    await front.say("", SELFIE)
    await front.house.services.drafts.forget_person(ANN.id)
    assert await front.press("Robot") == "Your photo is no longer kept here. Please send it again."


async def test_more_effects_are_a_page_further_and_the_last_leads_back(front: Front) -> None:
    front.platform.page = 3
    await front.say("", SELFIE)
    assert front.labels == ["Head turn", "Morph", "Robot", "More…"]
    await front.press("More")
    assert front.labels == ["Symbiote", "More…"]
    await front.press("More")
    assert front.labels == ["Head turn", "Morph", "Robot", "More…"]
    assert len(front.platform.texts) == 1


async def test_an_effect_for_two_photos_waits_for_the_second(front: Front) -> None:
    await front.say("", SELFIE)
    await front.press("Morph")
    assert front.platform.texts == ["Morph needs two photos. Give me the second one."]
    await front.say("", OTHER)
    request = await front.asked()
    assert request.job is not None
    assert (request.effect, len(request.job.photos)) == ("morph", 2)


async def test_two_photos_that_come_together_are_enough(front: Front) -> None:
    await front.say("", SELFIE, OTHER)
    assert "Two photos." in front.platform.texts[-1]
    await front.press("Morph")
    request = await front.asked()
    assert request.job is not None
    assert len(set(request.job.photos)) == 2


async def test_an_effect_that_is_named_first_awaits_its_photo(front: Front) -> None:
    await front.say("/effect robot")
    assert front.platform.texts == ["Now send me a photo for Robot."]
    await front.say("", SELFIE)
    assert (await front.asked()).effect == "robot"


async def test_after_an_hour_a_photo_is_a_new_beginning(front: Front) -> None:
    await front.say("/effect robot")
    front.house.time.ahead += timedelta(minutes=61)
    await front.say("", SELFIE)
    assert await front.requests() == []
    assert "Robot" in front.labels


async def test_a_command_uses_the_photo_that_it_answers(front: Front) -> None:
    await front.say("/effect robot", where=GROUP, answered=SELFIE)
    assert (await front.asked()).effect == "robot"
    await front.say("/prompt black slime crawls over me", where=GROUP, answered=SELFIE)
    assert (await front.asked()).effect == "symbiote"


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("/effect unicorn", "I do not have the effect “unicorn”."),
        ("/prompt", "Write what should happen after the command"),
        ("/effects", "Pick an effect, then send me a photo for it:"),
    ],
)
async def test_what_is_missing_is_said(front: Front, words: str, answer: str) -> None:
    await front.say(words)
    assert answer in front.platform.texts[-1]
    assert await front.requests() == []


async def test_what_holds_no_picture_is_refused(front: Front) -> None:
    await front.say("", unusable=True)
    assert front.platform.texts == ["I cannot get a picture out of this. Send me a photo."]


async def test_in_a_group_what_people_say_to_each_other_is_nothing_to_us(front: Front) -> None:
    await front.say("robot", where=GROUP, answered_message=MessageId("here:1"))
    assert front.platform.texts == []
    assert await front.requests() == []


async def test_a_clip_fits_where_it_is_asked_for(front: Front) -> None:
    small = replace(GROUP, max_bytes=8_000_000)
    await front.say("robot", SELFIE, where=small, named=True)
    request = await front.asked()
    assert request.job is not None
    assert request.job.format.max_bytes == 8_000_000


async def test_where_an_answer_is_under_way_it_becomes_the_clip_and_the_offer_stays(
    front: Front,
) -> None:
    await front.say("", SELFIE)
    for number in (1, 2):
        lent = replace(LENT, turn_into=MessageId(f"lent:{number}"))
        await front.press("Robot", where=lent)
    first, second = await front.requests()
    assert first.effect == second.effect == "robot"
    kept = await front.house.services.answers.get(first.id)
    assert (kept["turn_into"], kept["through"]) == ("lent:2", "a token")
    assert "Robot" in front.labels
