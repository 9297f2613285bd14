"""What is said of a clip that was made in a simpler way than the one that was asked for first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.jobs.job import Job, MediaKey, Progress, Variant
from tests.house import House
from tests.job_samples import success

MODEL = Variant(name="face", needs="model:wan", cost_s=16.0)
FINE = Variant(name="fine", needs="model:large", cost_s=240.0)
LOOK = Variant(name="look", needs="look:symbiote", cost_s=10.0)
QUICK = "This is the quick version of Symbiote: nobody could make the full one."


async def said(house: House, variants: tuple[Variant, ...], made: Variant) -> str:
    request = await house.request((await house.submitted()).id)
    assert isinstance(request.job, Job)
    job = replace(request.job, variants=variants)
    outcome = replace(success(job), variant=made.name)
    message = await house.services.reporter().ended(replace(request, job=job), outcome)
    return message.text


async def test_a_look_in_place_of_a_model_is_said_to_be_one(house: House) -> None:
    assert await said(house, (MODEL, LOOK), LOOK) == f"Symbiote\n{QUICK}"


async def test_what_was_wanted_first_needs_no_words(house: House) -> None:
    assert await said(house, (MODEL, LOOK), MODEL) == "Symbiote"
    assert await said(house, (LOOK, MODEL), LOOK) == "Symbiote"


async def test_another_model_is_no_simpler_way(house: House) -> None:
    assert await said(house, (MODEL, FINE, LOOK), FINE) == "Symbiote"


@pytest.mark.parametrize(("stills", "seen"), [(True, "live/x.1-1.jpg"), (False, None)])
async def test_a_picture_of_the_film_is_in_the_message_where_it_can_be_seen(
    house: House, stills: bool, seen: str | None
) -> None:
    ask = await house.submitted()
    await house.claim()
    preview = MediaKey("live/x.1-1.jpg")
    report = Progress(job=ask.id, stage="rendering", fraction=0.4, preview=preview)
    reporter = house.services.reporter(stills=stills)
    assert (await reporter.status(await house.request(ask.id), report)).still == seen
