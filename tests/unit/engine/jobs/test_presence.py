from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from engine.jobs.catalogue import EffectCard, Offer, ParamCard
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


def versions(offer: Offer) -> tuple[list[str], list[str]]:
    return [card.version for card in offer.effects], [card.version for card in offer.beside]


def test_of_two_usual_versions_the_newer_one_is_usual_and_the_other_beside() -> None:
    new = replace(SYMBIOTE, version="1.10", variants=(RECIPE,))
    old = replace(SYMBIOTE, version="1.9")
    merged = merge([Offer(effects=(new,)), Offer(effects=(old,))])
    assert merged == Offer(effects=(new,), beside=(old,))


def test_a_version_beside_stays_there_however_new_it_is() -> None:
    new = replace(SYMBIOTE, version="2.0.0")
    usual = replace(SYMBIOTE, version="1.0.0")
    tried = Offer(effects=(usual,), beside=(new,))
    assert merge([tried, Offer(effects=(usual,))]) == tried
    assert versions(merge([tried, Offer(effects=(new,))])) == (["2.0.0"], ["1.0.0"])


def test_where_no_version_is_usual_the_newest_is() -> None:
    cards = [replace(SYMBIOTE, version=version) for version in ("1.2.0", "1.10.0", "1.9.0")]
    merged = merge([Offer(effects=(), beside=(card,)) for card in cards])
    assert versions(merged) == (["1.10.0"], ["1.9.0", "1.2.0"])


def test_each_version_has_the_variants_of_its_own() -> None:
    new = replace(SYMBIOTE, version="2.0.0", variants=(RECIPE,))
    one, other = Offer(effects=(SYMBIOTE,), beside=(new,)), Offer(effects=(new,))
    cards = {card.version: card.variants for card in merge([one, other]).cards}
    assert cards == {"1": (LOOK,), "2.0.0": (RECIPE,)}


async def test_an_offer_of_a_worker_that_knows_no_versions_is_understood(
    presence: Presence, redis: Redis
) -> None:
    await presence.announce(WORKER, Offer(effects=(SYMBIOTE,)), TTL)
    text = await redis.hget(prefix("main") + Key.OFFERS, WORKER)
    assert text is not None
    before = {name: value for name, value in json.loads(text).items() if name != "beside"}
    await redis.hset(prefix("main") + Key.OFFERS, WORKER, json.dumps(before))
    assert await presence.each() == [Offer(effects=(SYMBIOTE,))]


def test_an_effect_has_every_variant_that_some_worker_can_make_those_of_models_first() -> None:
    other = replace(SYMBIOTE, variants=(RECIPE,))
    [card] = merge([Offer(effects=(SYMBIOTE,)), Offer(effects=(other,))]).effects
    assert card.variants == (RECIPE, LOOK)


def test_of_several_workers_the_one_that_can_do_most_says_what_is_preferred() -> None:
    fine = replace(RECIPE, name="fine")
    less, most = (replace(SYMBIOTE, variants=it) for it in ((RECIPE,), (fine, RECIPE, LOOK)))
    [card] = merge([Offer(effects=(less,)), Offer(effects=(most,))]).effects
    assert card.variants == (fine, RECIPE, LOOK)


def test_seconds_measured_by_several_workers_become_their_median() -> None:
    offers = [Offer(effects=(), measured_s={"a": s}) for s in (1.0, 9.0, 2.0)]
    assert merge(offers).measured_s == {"a": 2.0}


def test_an_option_for_seconds_goes_as_far_as_some_worker_can() -> None:
    option = ParamCard(
        name="seconds", kind="int", default=5, label={"en": "Seconds"}, minimum=3, maximum=60
    )
    short = replace(SYMBIOTE, params=(option,), variants=(replace(RECIPE, up_to_s=5.0),))
    long = replace(short, variants=(replace(LOOK, up_to_s=60.0),))
    for offers, maximum in (((short,), 5), ((short, long), 60), ((long, short), 60)):
        (card,) = merge([Offer(effects=(each,)) for each in offers]).effects
        assert card.params[0].maximum == maximum
