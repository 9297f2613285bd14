from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from engine.jobs.catalogue import EffectCard, Offer
from engine.jobs.job import Variant
from engine.jobs.keys import Key, prefix
from engine.jobs.presence import Presence, merge
from tests.job_samples import OTHER_WORKER, WORKER

TTL = timedelta(seconds=30)
LOOK = Variant(name="look", needs="look:symbiote", cost_s=10.0)
RECIPE = Variant(name="recipe", needs="model:large", cost_s=60.0)

SYMBIOTE = EffectCard(
    id="symbiote",
    version="1",
    title={"en": "Symbiote", "zh": "共生体"},
    summary={"en": "Black goo grows over you."},
    phrases=("venom",),
    tags=("dark",),
    photos=1,
    takes_prompt=False,
    params=(),
    variants=(LOOK,),
    preview=None,
    poster=None,
)
ROBOT = replace(SYMBIOTE, id="robot", title={"en": "Robot"})


@pytest.fixture
def presence(redis: Redis) -> Presence:
    return Presence(redis)


async def dies(redis: Redis, worker: str) -> None:
    await redis.zadd(prefix("main") + Key.WORKERS, {worker: 1})


async def test_an_offer_comes_out_as_it_went_in(presence: Presence) -> None:
    offer = Offer(
        effects=(SYMBIOTE,), measured_s={"look:symbiote|cpu|512|96": 8.5}, models=("large",)
    )
    await presence.announce(WORKER, offer, TTL)
    assert await presence.offers() == offer
    assert await presence.last_known() == offer


async def test_nothing_is_offered_before_the_first_worker(presence: Presence) -> None:
    nothing = Offer(effects=())
    assert await presence.offers() == nothing
    assert await presence.last_known() == nothing
    assert await presence.live_workers() == 0


async def test_announcing_again_replaces_the_offer(presence: Presence) -> None:
    await presence.announce(WORKER, Offer(effects=(SYMBIOTE,)), TTL)
    await presence.announce(WORKER, Offer(effects=(ROBOT,)), TTL)
    assert await presence.offers() == Offer(effects=(ROBOT,))
    assert await presence.live_workers() == 1


async def test_the_catalogue_has_what_any_live_worker_offers(presence: Presence) -> None:
    await presence.announce(WORKER, Offer(effects=(SYMBIOTE,)), TTL)
    await presence.announce(OTHER_WORKER, Offer(effects=(ROBOT,)), TTL)
    assert (await presence.offers()).effects == (ROBOT, SYMBIOTE)
    assert await presence.live_workers() == 2
    await presence.withdraw(OTHER_WORKER)
    assert (await presence.offers()).effects == (SYMBIOTE,)
    assert await presence.live_workers() == 1


@pytest.mark.parametrize("end", ["withdraw", "crash"])
async def test_the_last_catalogue_stays_known_while_nobody_is_alive(
    presence: Presence, redis: Redis, end: str
) -> None:
    await presence.announce(WORKER, Offer(effects=(SYMBIOTE,)), TTL)
    if end == "withdraw":
        await presence.withdraw(WORKER)
    else:
        await dies(redis, WORKER)
    assert await presence.offers() == Offer(effects=())
    assert await presence.last_known() == Offer(effects=(SYMBIOTE,))


async def test_what_the_dead_offered_is_forgotten_when_others_live(
    presence: Presence, redis: Redis
) -> None:
    await presence.announce(WORKER, Offer(effects=(SYMBIOTE,)), TTL)
    await dies(redis, WORKER)
    await presence.announce(OTHER_WORKER, Offer(effects=(ROBOT,)), TTL)
    assert await presence.last_known() == Offer(effects=(ROBOT,))
    await presence.withdraw(OTHER_WORKER)
    assert await presence.last_known() == Offer(effects=(ROBOT,))


async def test_a_worker_that_never_came_can_leave(presence: Presence) -> None:
    await presence.withdraw(WORKER)
    assert await presence.live_workers() == 0


async def test_an_offer_that_is_not_understood_is_left_out(
    presence: Presence, redis: Redis
) -> None:
    await presence.announce(WORKER, Offer(effects=(SYMBIOTE,)), TTL)
    await presence.announce(OTHER_WORKER, Offer(effects=(ROBOT,)), TTL)
    await redis.hset(prefix("main") + Key.OFFERS, OTHER_WORKER, '{"from": "the future"}')
    assert await presence.offers() == Offer(effects=(SYMBIOTE,))


async def test_an_offer_of_another_version_is_understood_as_far_as_it_goes(
    presence: Presence, redis: Redis
) -> None:
    await presence.announce(WORKER, Offer(effects=(SYMBIOTE,)), TTL)
    text = await redis.hget(prefix("main") + Key.OFFERS, WORKER)
    assert text is not None
    offer = json.loads(text)
    newer = {"effects": offer["effects"], "colour": "green"}
    await redis.hset(prefix("main") + Key.OFFERS, WORKER, json.dumps(newer))
    assert await presence.offers() == Offer(effects=(SYMBIOTE,))


def test_an_effect_of_two_versions_is_shown_in_the_newer_one() -> None:
    new = replace(SYMBIOTE, version="1.10", variants=(RECIPE,))
    old = replace(SYMBIOTE, version="1.9")
    assert merge([Offer(effects=(new,)), Offer(effects=(old,))]).effects == (new,)


def test_an_effect_has_every_variant_that_some_worker_can_make() -> None:
    other = replace(SYMBIOTE, variants=(RECIPE,))
    [card] = merge([Offer(effects=(SYMBIOTE,)), Offer(effects=(other,))]).effects
    assert card.variants == (LOOK, RECIPE)


def test_seconds_measured_by_several_workers_become_their_median() -> None:
    offers = [Offer(effects=(), measured_s={"a": s}) for s in (1.0, 9.0, 2.0)]
    assert merge(offers).measured_s == {"a": 2.0}
