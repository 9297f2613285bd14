"""Changing what a clip is made with."""

from __future__ import annotations

import pytest

from bots.chat import MessageId
from bots.codes import Verb
from bots.desk import remixing
from engine.jobs.errors import Refused
from tests.effect_cards import SYMBIOTE
from tests.unit.bots.desk.front import BOB, Front


def test_options_are_named_by_their_number() -> None:
    assert remixing._param(SYMBIOTE, "1").name == "tongue"


@pytest.mark.parametrize("option", ["", "3", "-1", "tongue", "²", "99999999999999999999"])
def test_an_option_that_the_effect_does_not_have_is_refused(option: str) -> None:
    with pytest.raises(Refused):
        remixing._param(SYMBIOTE, option)


async def test_options_are_turned_until_they_are_as_wanted(front: Front) -> None:
    job = await front.clip()
    await front.under(job, Verb.REMIX)
    assert front.labels == ["Colour: #05070c", "Tongue: on", "Speed: 1", "Make it"]
    await front.press("Tongue")
    assert "Tongue: off" in front.labels
    assert await front.press("Make it") == ""
    changed, before = await front.requests()
    assert changed.job is not None
    assert before.job is not None
    assert changed.job.photos == before.job.photos
    assert changed.job.params["tongue"] is False


async def test_a_clip_is_made_as_often_as_it_is_changed(front: Front) -> None:
    await front.under(await front.clip(), Verb.REMIX)
    await front.press("Make it")
    await front.press("Make it")
    assert len(await front.requests()) == 2
    await front.press("Tongue")
    await front.press("Make it")
    assert len(await front.requests()) == 3


async def test_what_somebody_changes_nobody_else_turns(front: Front) -> None:
    await front.under(await front.clip(), Verb.REMIX)
    shown = await front.press("Tongue", who=BOB)
    assert shown == "This one belongs to someone else. Ask for one of your own."
    assert "Tongue: on" in front.labels


async def test_words_in_answer_to_it_are_its_new_words(front: Front) -> None:
    await front.under(await front.clip(), Verb.REMIX)
    (message,) = front.platform.shown
    await front.say("at night", answered_message=message)
    changed = await front.asked()
    assert changed.job is not None
    assert (changed.effect, changed.job.prompt) == ("symbiote", "at night")


async def test_words_in_answer_to_something_else_are_words(front: Front) -> None:
    await front.under(await front.clip(), Verb.REMIX)
    await front.say("robot", answered_message=MessageId("here:9"))
    assert [it.effect for it in await front.requests()] == ["symbiote"]
