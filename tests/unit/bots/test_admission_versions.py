"""Asks for an effect of which there are several versions."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from bots.accounts import Policy
from bots.admission import Admission
from bots.chat import Ask, PersonId, job_id
from bots.gallery import Gallery
from bots.rollout import Rollouts
from bots.routing import Router
from engine.jobs.catalogue import Offer, ParamCard
from engine.jobs.errors import Refused
from engine.jobs.job import Job
from engine.jobs.media.store import photo_key
from engine.jobs.presence import Presence
from engine.jobs.refusal import RefusalCode
from tests.effect_cards import OFFER, ROBOT
from tests.house import HERE, ME
from tests.job_samples import WORKER

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GLOW = ParamCard(name="glow", kind="color", default="#ffffff", label={"en": "Glow"})
SPEED = ParamCard(
    name="speed", kind="float", default=1.0, label={"en": "Speed"}, minimum=0.5, maximum=2
)
USUAL = replace(ROBOT, params=(GLOW, SPEED))
NEW = replace(ROBOT, version="2.0.0", params=(replace(SPEED, maximum=1.5),), title={"en": "Droid"})
OTHERS = tuple(card for card in OFFER.effects if card.id != "robot")
VERSIONS = Offer(effects=(USUAL, *OTHERS), beside=(NEW,))
ASK = Ask(id=job_id("web", "1"), who=ME, where=HERE, effect="robot", photos=(photo_key(),))


@dataclass(slots=True)
class Operator:
    """What somebody has set, as the gallery reads it."""

    rollouts: Rollouts = field(default_factory=dict[str, dict[str, float]])

    async def read(self) -> Rollouts:
        return self.rollouts


@pytest.fixture
def operator() -> Operator:
    return Operator()


@pytest.fixture
async def admission(redis: Redis, operator: Operator) -> AsyncGenerator[Admission]:
    await Presence(redis).announce(WORKER, VERSIONS, timedelta(minutes=5))
    with Router() as router:
        gallery = Gallery(Presence(redis), operator.read, fresh_s=0.0)
        yield Admission("web", gallery, router, Policy())


async def job_for(admission: Admission, **changes: object) -> Job:
    ask = replace(ASK, **changes)
    request = await admission.request(ask, await admission.choose(ask), NOW)
    assert request.job is not None
    return request.job


async def test_the_usual_version_is_made_unless_something_is_set(
    admission: Admission, operator: Operator
) -> None:
    assert (await job_for(admission)).effect_version == "1.0.0"
    operator.rollouts = {"robot": {"2.0.0": 1.0}}
    job = await job_for(admission)
    assert (job.effect_version, job.pin) == ("2.0.0", "")


async def test_people_fall_on_either_side(admission: Admission, operator: Operator) -> None:
    operator.rollouts = {"robot": {"2.0.0": 0.5}}
    people = [replace(ME, id=PersonId(f"web:{number}")) for number in range(60)]
    made = [(await job_for(admission, who=who)).effect_version for who in people]
    assert 20 <= made.count("2.0.0") <= 40
    assert made == [(await job_for(admission, who=who)).effect_version for who in people]


@pytest.mark.parametrize(
    "asked",
    [
        {"params": {"version": "2.0.0"}},
        {"effect": "robot@2.0.0"},
        {"effect": None, "prompt": "robot@2.0.0"},
        {"effect": None, "prompt": "Robot@2.0.0 please"},
        {"effect": None, "prompt": "机器人@2.0.0"},
    ],
)
async def test_a_version_can_be_asked_for(admission: Admission, asked: dict[str, object]) -> None:
    job = await job_for(admission, **asked)
    assert (job.effect, job.effect_version, job.pin) == ("robot", "2.0.0", "2.0.0")
    assert "version" not in job.params
    assert job.options == {"version": "2.0.0"}


async def test_the_words_after_a_version_are_the_prompt(admission: Admission) -> None:
    job = await job_for(admission, effect=None, prompt="robot@2.0.0 with red eyes")
    assert job.prompt == "with red eyes"


async def test_a_version_that_is_gone_becomes_the_one_everybody_gets(admission: Admission) -> None:
    job = await job_for(admission, params={"version": "1.5.0"})
    assert (job.effect_version, job.pin) == ("1.0.0", "1.5.0")
    assert (await job_for(admission, params={"version": "auto"})).pin == ""


async def test_an_unknown_effect_with_a_version_is_unknown(admission: Admission) -> None:
    with pytest.raises(Refused) as refused:
        await job_for(admission, effect="unicorn@2.0.0")
    assert refused.value.refusal.code is RefusalCode.UNKNOWN_EFFECT
    assert refused.value.refusal.data == {"effect": "unicorn"}


async def test_words_that_only_look_like_a_version_are_words(
    admission: Admission, redis: Redis
) -> None:
    anything = replace(ROBOT, id="imagine", title={"en": "Imagine"}, photos=0, phrases=())
    anything = replace(anything, takes_prompt=True, any_words=True)
    offer = replace(VERSIONS, effects=(*VERSIONS.effects, anything))
    await Presence(redis).announce(WORKER, offer, timedelta(minutes=5))
    words = "snake@3.11.0 goes round the world"
    job = await job_for(admission, effect=None, prompt=words, photos=())
    assert (job.effect, job.prompt, job.pin) == ("imagine", words, "")


async def test_what_only_another_version_knows_stays_away(admission: Admission) -> None:
    given = {"glow": "#ff0000", "speed": 1.2}
    assert (await job_for(admission, params=given)).params == given
    new = await job_for(admission, params={**given, "version": "2.0.0"})
    assert new.params == {"speed": 1.2}
    fast = await job_for(admission, params={"speed": 1.9, "version": "2.0.0"})
    assert fast.params == {}, "the usual version goes up to 2"


@pytest.mark.parametrize("given", [{"size": 3}, {"glow": "red"}, {"speed": 9}])
async def test_what_no_version_knows_is_refused(
    admission: Admission, given: dict[str, str | float]
) -> None:
    for version in ("1.0.0", "2.0.0"):
        with pytest.raises(Refused) as refused:
            await job_for(admission, params={**given, "version": version})
        assert refused.value.refusal.code is RefusalCode.BAD_OPTION


async def test_words_find_the_version_of_whoever_says_them(
    admission: Admission, operator: Operator
) -> None:
    operator.rollouts = {"robot": {"2.0.0": 1.0}}
    job = await job_for(admission, effect=None, prompt="turn me into a robot")
    assert (job.effect, job.effect_version) == ("robot", "2.0.0")
