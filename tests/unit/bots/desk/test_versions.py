"""People who want a certain version of an effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bots.codes import Verb
from bots.desk.asking import Wish
from bots.desk.choosing import suggested_options
from bots.desk.forms import form_for
from bots.store.rollouts import RolloutShares
from bots.texts.texts import Texts
from bots.web_chat.effect_view import view_effects
from engine.jobs.catalogue import EffectCard
from engine.jobs.job import Job
from engine.jobs.presence import Presence
from tests.effect_cards import ROBOT, SYMBIOTE
from tests.house import WORKER
from tests.unit.bots.desk.front import EFFECTS, SELFIE, Front

NEW = replace(SYMBIOTE, version="2.0.0")
NEW_ROBOT = replace(ROBOT, version="2.0.0")
TWO_EACH = replace(EFFECTS, beside=(NEW, NEW_ROBOT))


@pytest.fixture(autouse=True)
async def versions(front: Front) -> None:
    """A worker that offers two versions of two effects."""
    await Presence(front.house.services.redis).announce(WORKER, TWO_EACH, timedelta(minutes=5))


async def job_of(front: Front) -> Job:
    job = (await front.asked()).job
    assert job is not None
    return job


async def shown(front: Front, effect: str) -> EffectCard:
    cards = await front.house.services.studio.effects()
    return next(card for card in cards if card.id == effect)


@pytest.mark.parametrize("words", ["robot@2.0.0", "/effect robot@2.0.0", "/prompt Robot@2.0.0"])
async def test_a_photo_may_come_with_a_version(front: Front, words: str) -> None:
    await front.say(words, SELFIE)
    job = await job_of(front)
    assert (job.effect, job.effect_version, job.pin) == ("robot", "2.0.0", "2.0.0")


async def test_a_version_that_is_named_first_is_remembered(front: Front) -> None:
    await front.say("/effect robot@2.0.0")
    assert front.platform.texts == ["Now send me a photo for Robot."]
    await front.say("", SELFIE)
    assert (await job_of(front)).effect_version == "2.0.0"


async def test_again_makes_the_version_that_was_asked_for(front: Front) -> None:
    await front.say("symbiote@2.0.0", SELFIE)
    done = await front.finish()
    await RolloutShares(front.house.services.database).set("symbiote", {"1.0.0": 1.0})
    await front.under(done.id, Verb.AGAIN)
    assert (await front.asked()).id != done.id
    assert (await job_of(front)).effect_version == "2.0.0"


async def test_a_version_is_turned_as_any_option_is(front: Front) -> None:
    clip = await front.clip()
    await front.under(clip, Verb.REMIX)
    assert "Version: auto" in front.labels
    await front.press("Version")
    assert "Version: 2.0.0" in front.labels
    await front.press("Make it")
    assert (await job_of(front)).effect_version == "2.0.0"
    await front.press("Version")
    await front.press("Version")
    assert "Version: auto" in front.labels
    await front.press("Make it")
    assert (await job_of(front)).effect_version == "1.0.0"


async def test_remix_begins_with_the_version_that_was_asked_for(front: Front) -> None:
    await front.say("symbiote@2.0.0", SELFIE)
    done = await front.finish()
    await front.under(done.id, Verb.REMIX)
    assert "Version: 2.0.0" in front.labels


async def test_forms_and_the_page_and_suggestions_offer_versions(front: Front) -> None:
    texts, card = Texts.of("zh"), await shown(front, "robot")
    (choice,) = form_for(texts, card, wish=Wish(), most=5).choices
    assert choice.label == "版本"
    assert [value for value, _ in choice.values] == ["auto", "2.0.0", "1.0.0"]
    (view,) = view_effects([card], texts)
    assert [option.choices for option in view.options] == [("auto", "2.0.0", "1.0.0")]
    assert "version=2.0.0" in suggested_options([card], "robot", "")


async def test_with_one_version_nobody_is_asked(front: Front) -> None:
    assert (await shown(front, "head_turn")).params == ()
