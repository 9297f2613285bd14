"""Admission: what no worker can make is not taken."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from bots.accounts import Policy
from bots.admission import Admission
from bots.chat import Ask, job_id
from bots.gallery import Gallery
from bots.routing import Router
from engine.jobs.catalogue import Offer
from engine.jobs.errors import Refused
from engine.jobs.job import ClipFormat, JobId
from engine.jobs.media.store import photo_key
from engine.jobs.presence import Presence
from engine.jobs.refusal import RefusalCode
from tests.effect_cards import OFFER, ROBOT, SYMBIOTE
from tests.house import HERE, ME
from tests.job_samples import WORKER

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TTL = timedelta(minutes=5)
ASK = Ask(
    id=job_id("web", "tests", "1"), who=ME, where=HERE, effect="symbiote", photos=(photo_key(),)
)


@pytest.fixture
async def admission(redis: Redis) -> AsyncGenerator[Admission]:
    with Router() as router:
        yield Admission("web", Gallery(Presence(redis), fresh_s=0.0), router, Policy())


async def admitted(admission: Admission) -> JobId:
    return (await admission.request(ASK, await admission.choose(ASK), NOW)).id


async def refusal_of(admission: Admission) -> RefusalCode:
    with pytest.raises(Refused) as refused:
        await admitted(admission)
    return refused.value.refusal.code


async def test_an_effect_nobody_ever_offered_is_unknown(admission: Admission, redis: Redis) -> None:
    await Presence(redis).announce(WORKER, Offer(effects=(ROBOT,)), TTL)
    assert await refusal_of(admission) is RefusalCode.UNKNOWN_EFFECT


async def test_an_effect_whose_last_worker_left_has_to_wait_for_one(
    admission: Admission, redis: Redis
) -> None:
    presence = Presence(redis)
    await presence.announce(WORKER, OFFER, TTL)
    await admitted(admission)
    await presence.announce(WORKER, Offer(effects=(ROBOT,)), TTL)
    assert await refusal_of(admission) is RefusalCode.NO_WORKER
    await presence.announce(WORKER, OFFER, TTL)
    assert await admitted(admission) == ASK.id


async def test_an_effect_no_worker_is_large_enough_for_is_refused(
    admission: Admission, redis: Redis
) -> None:
    too_large = replace(SYMBIOTE, variants=())
    await Presence(redis).announce(WORKER, Offer(effects=(too_large,)), TTL)
    assert await refusal_of(admission) is RefusalCode.NO_WORKER


async def test_a_job_is_priced_by_what_clips_of_its_size_took(
    admission: Admission, redis: Redis
) -> None:
    measured = {"look:symbiote|cpu|512|0": 14.0, "look:robot|cpu|1024|0": 99.0}
    await Presence(redis).announce(WORKER, replace(OFFER, measured_s=measured), TTL)
    choice = await admission.choose(ASK)
    for size, cost_s in ((512, 14.0), (1024, 56.0)):
        ask = replace(ASK, format=ClipFormat(size=size))
        job = (await admission.request(ask, choice, NOW)).job
        assert job is not None
        assert [variant.cost_s for variant in job.variants] == [pytest.approx(cost_s)]


IMAGINE = replace(SYMBIOTE, id="imagine", title={"en": "Imagine"}, phrases=(), photos=0)
IMAGINE = replace(IMAGINE, takes_prompt=True, any_words=True)
ANIMATE = replace(IMAGINE, id="animate", title={"en": "Bring to life"}, photos=1)
ANYTHING = Offer(effects=(*OFFER.effects, IMAGINE, ANIMATE))
SAID = replace(ASK, effect=None, photos=(), prompt="a lighthouse in a storm, seen from the sea")


async def chosen(admission: Admission, ask: Ask) -> str:
    return (await admission.choose(ask)).card.id


async def test_words_of_any_kind_are_made_where_a_worker_can(
    admission: Admission, redis: Redis
) -> None:
    await Presence(redis).announce(WORKER, ANYTHING, TTL)
    assert await chosen(admission, SAID) == "imagine"
    assert await chosen(admission, replace(SAID, photos=ASK.photos)) == "animate"


async def test_words_that_mean_an_effect_are_that_effect_nevertheless(
    admission: Admission, redis: Redis
) -> None:
    await Presence(redis).announce(WORKER, ANYTHING, TTL)
    ask = replace(SAID, photos=ASK.photos, prompt="turn me into a robot")
    assert await chosen(admission, ask) == "robot"


async def test_what_is_made_of_words_alone_needs_some(admission: Admission, redis: Redis) -> None:
    await Presence(redis).announce(WORKER, ANYTHING, TTL)
    ask = replace(SAID, effect="imagine", prompt=" ")
    with pytest.raises(Refused) as refused:
        await admission.request(ask, await admission.choose(ask), NOW)
    assert refused.value.refusal.code is RefusalCode.EMPTY_ASK
