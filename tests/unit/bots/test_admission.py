"""Admission: what no worker can make is not taken."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from bots.accounts import Policy, price
from bots.admission import Admission
from bots.chat import Ask, job_id
from bots.gallery import Gallery
from bots.routing import Router
from engine.jobs.catalogue import Offer, ParamCard
from engine.jobs.errors import Refused
from engine.jobs.job import ClipFormat, Job, JobId, Variant
from engine.jobs.media.store import photo_key
from engine.jobs.presence import Presence
from engine.jobs.refusal import RefusalCode
from tests.effect_cards import HEAD_TURN, OFFER, ROBOT, SYMBIOTE, a_card
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


async def test_a_scene_is_taken_for_an_effect_only_where_nothing_else_can_be_made_of_it(
    admission: Admission, redis: Redis
) -> None:
    scene = replace(SAID, photos=ASK.photos, prompt="a robot waters the flowers on a balcony")
    await Presence(redis).announce(WORKER, OFFER, TTL)
    assert await chosen(admission, scene) == "robot"
    await Presence(redis).announce(WORKER, ANYTHING, TTL)
    assert await chosen(admission, scene) == "animate"


async def test_an_effect_is_called_by_its_name_whatever_else_could_be_made(
    admission: Admission, redis: Redis
) -> None:
    await Presence(redis).announce(WORKER, ANYTHING, TTL)
    for words in ("Robot", "机器人", "head_turn", "robot@1.0.0"):
        choice = await admission.choose(replace(SAID, prompt=words))
        assert choice.card.id in ("robot", "head_turn")
        assert choice.runners_up is None
    assert await chosen(admission, replace(SAID, photos=ASK.photos, prompt="ROBOT!")) == "robot"


async def test_a_name_with_a_version_is_that_version(admission: Admission, redis: Redis) -> None:
    older = replace(HEAD_TURN, version="0.9.0")
    offer = replace(ANYTHING, beside=(older,))
    await Presence(redis).announce(WORKER, offer, TTL)
    choice = await admission.choose(replace(SAID, prompt="Head turn@0.9.0"))
    assert choice.card == older


async def test_a_name_without_its_photo_asks_for_the_photo(
    admission: Admission, redis: Redis
) -> None:
    await Presence(redis).announce(WORKER, ANYTHING, TTL)
    ask = replace(SAID, prompt="Robot")
    with pytest.raises(Refused) as refused:
        await admission.request(ask, await admission.choose(ask), NOW)
    assert refused.value.refusal.code is RefusalCode.PHOTO_NEEDED


async def test_words_that_no_style_fits_are_offered_the_nearest_of_all_effects(
    admission: Admission, redis: Redis
) -> None:
    noir = a_card("film_noir", "Film noir", ["black and white film"], photos=0, takes_prompt=True)
    await Presence(redis).announce(WORKER, Offer(effects=(*OFFER.effects, noir)), TTL)
    with pytest.raises(Refused) as refused:
        await admission.choose(replace(SAID, prompt="make me an android, please"))
    assert refused.value.refusal.code is RefusalCode.NO_MODEL_FOR_PROMPT
    assert str(refused.value.refusal.data["nearest"]).split(",")[0] == "robot"


async def test_words_do_not_choose_an_effect_that_is_off_where_they_are_said(
    admission: Admission, redis: Redis
) -> None:
    await Presence(redis).announce(WORKER, ANYTHING, TTL)
    ask = replace(SAID, photos=ASK.photos, prompt="turn me into a robot")
    assert (await admission.choose(ask, {"animate", "head_turn"})).card.id == "animate"


async def test_words_for_which_nothing_is_on_choose_what_they_mean_so_that_it_is_refused_by_name(
    admission: Admission, redis: Redis
) -> None:
    await Presence(redis).announce(WORKER, ANYTHING, TTL)
    ask = replace(SAID, photos=ASK.photos, prompt="turn me into a robot")
    for on in ({"head_turn"}, set[str]()):
        assert (await admission.choose(ask, on)).card.id == "robot"


async def test_words_with_a_photo_are_offered_only_what_is_made_of_one(
    admission: Admission, redis: Redis
) -> None:
    noir = a_card("film_noir", "Film noir", ["black and white film"], photos=0, takes_prompt=True)
    await Presence(redis).announce(WORKER, Offer(effects=(noir, ROBOT)), TTL)
    with pytest.raises(Refused) as refused:
        await admission.choose(replace(SAID, photos=ASK.photos, prompt="a sad detective"))
    assert refused.value.refusal.data["nearest"] == "robot"


async def test_what_is_made_of_words_alone_needs_some(admission: Admission, redis: Redis) -> None:
    await Presence(redis).announce(WORKER, ANYTHING, TTL)
    ask = replace(SAID, effect="imagine", prompt=" ")
    with pytest.raises(Refused) as refused:
        await admission.request(ask, await admission.choose(ask), NOW)
    assert refused.value.refusal.code is RefusalCode.EMPTY_ASK


SECONDS = ParamCard(
    name="seconds", kind="int", default=5, label={"en": "Seconds"}, minimum=3, maximum=60
)
FILM = Variant(name="film", needs="model:wan", cost_s=20.0, frames=81)
LONGER = replace(IMAGINE, params=(SECONDS,), variants=(FILM,))
JOURNEY = replace(LONGER, id="journey", any_words=False, photos=2, most_photos=7)


async def job_of(admission: Admission, ask: Ask) -> Job:
    job = (await admission.request(ask, await admission.choose(ask), NOW)).job
    assert job is not None
    return job


async def test_a_longer_clip_is_held_for_more_and_predicted_to_take_longer(
    admission: Admission, redis: Redis
) -> None:
    await Presence(redis).announce(WORKER, Offer(effects=(LONGER,)), TTL)
    ask = replace(SAID, effect="imagine")
    usual = await job_of(admission, ask)
    longer = await job_of(admission, replace(ask, params={"seconds": 20}))
    assert [job.variants[0].cost_s for job in (usual, longer)] == [20.0, 80.0]
    assert [price(job) for job in (usual, longer)] == [20, 80]


async def test_a_longer_clip_is_predicted_from_what_shorter_ones_took(
    admission: Admission, redis: Redis
) -> None:
    measured = {"model:wan|h200|512|81": 10.0}
    await Presence(redis).announce(WORKER, Offer(effects=(LONGER,), measured_s=measured), TTL)
    job = await job_of(admission, replace(SAID, effect="imagine", params={"seconds": 20}))
    assert job.variants[0].cost_s == pytest.approx(40.0)


async def test_what_nobody_here_can_make_as_long_is_refused(
    admission: Admission, redis: Redis
) -> None:
    short, long = replace(FILM, up_to_s=5.0), replace(FILM, name="long", up_to_s=60.0)
    await Presence(redis).announce(
        WORKER, Offer(effects=(replace(LONGER, variants=(short, long)),)), TTL
    )
    ask = replace(SAID, effect="imagine", params={"seconds": 20})
    assert [it.name for it in (await job_of(admission, ask)).variants] == ["long"]
    await Presence(redis).announce(
        WORKER, Offer(effects=(replace(LONGER, variants=(short,)),)), TTL
    )
    with pytest.raises(Refused) as refused:
        await job_of(admission, ask)
    assert refused.value.refusal.code is RefusalCode.BAD_OPTION


@pytest.mark.parametrize(("sent", "taken"), [(2, 2), (5, 5), (9, 7)])
async def test_a_journey_takes_up_to_seven_photos_and_costs_by_their_number(
    admission: Admission, redis: Redis, sent: int, taken: int
) -> None:
    await Presence(redis).announce(WORKER, Offer(effects=(JOURNEY,)), TTL)
    photos = tuple(photo_key() for _ in range(sent))
    job = await job_of(admission, replace(SAID, effect="journey", photos=photos))
    assert job.photos == photos[:taken]
    assert job.variants[0].cost_s == 20.0 * (taken - 1)
