"""Several photos at once, and effects that lead through as many as they take."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bots.codes import Verb
from bots.store.requests import Request
from engine.jobs.catalogue import Offer
from engine.jobs.presence import Presence
from tests.effect_cards import JOURNEY, OFFER
from tests.house import WORKER
from tests.unit.bots.desk.front import MORPH, OTHER, SELFIE, Front

EFFECTS = Offer(effects=(*OFFER.effects, MORPH, JOURNEY))


@pytest.fixture
async def front(front: Front) -> Front:
    """The same desk, where somebody makes journeys, too."""
    presence = Presence(front.house.services.redis)
    await presence.announce(WORKER, EFFECTS, timedelta(minutes=5))
    return front


def photos_of(request: Request) -> int:
    assert request.job is not None
    return len(request.job.photos)


async def test_of_an_album_each_effect_uses_as_many_photos_as_it_takes(front: Front) -> None:
    await front.say("", SELFIE, OTHER, SELFIE)
    assert "3 photos. Pick an effect" in front.platform.texts[-1]
    await front.press("Journey")
    await front.press("Morph")
    assert [photos_of(request) for request in await front.requests()] == [2, 3]


async def test_what_uses_all_photos_is_offered_first(front: Front) -> None:
    await front.say("", SELFIE, OTHER, SELFIE)
    assert front.labels == ["Journey", "Head turn", "Morph", "Robot", "Symbiote"]
    await front.say("", SELFIE, OTHER)
    assert front.labels == ["Journey", "Morph", "Head turn", "Robot", "Symbiote"]
    await front.say("", SELFIE)
    assert front.labels == ["Head turn", "Journey", "Morph", "Robot", "Symbiote"]


async def test_of_many_photos_seven_are_kept(front: Front) -> None:
    await front.say("", *[SELFIE, OTHER] * 5)
    assert "10 photos. I can work with the first 7 of them." in front.platform.texts[-1]
    await front.press("Journey")
    assert photos_of(await front.asked()) == 7


async def test_a_journey_that_waits_for_photos_takes_a_whole_album(front: Front) -> None:
    await front.say("/effect journey")
    await front.say("", SELFIE, OTHER, SELFIE, OTHER)
    assert photos_of(await front.asked()) == 4


async def test_the_name_of_an_effect_with_an_album_is_an_ask_for_all_of_it(front: Front) -> None:
    await front.say("journey", *[SELFIE, OTHER] * 3)
    assert photos_of(await front.asked()) == 6


async def test_the_same_once_more_is_of_all_the_photos(front: Front) -> None:
    await front.say("journey", SELFIE, OTHER, SELFIE)
    made = await front.finish()
    await front.under(made.id, Verb.AGAIN)
    again = await front.asked()
    assert again.id != made.id
    assert photos_of(again) == 3


async def test_lines_stay_lines_as_each_may_be_a_shot(front: Front) -> None:
    await front.say("journey", SELFIE, OTHER)
    made = await front.finish()
    await front.say("a boat\na train", about=made.id)
    job = (await front.asked()).job
    assert job is not None
    assert (job.prompt, len(job.photos)) == ("a boat\na train", 2)
