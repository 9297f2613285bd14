"""The gallery: what live workers offer, or what was offered last."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from redis.asyncio import Redis

from bots.errors import StoreUnavailable
from bots.gallery import Gallery, called
from bots.rollout import Rollouts
from engine.jobs.catalogue import Offer
from engine.jobs.connection import connect
from engine.jobs.presence import Presence
from tests.effect_cards import OFFER, ROBOT, SYMBIOTE
from tests.job_samples import WORKER
from tests.valkey import ValkeyProcess


async def test_nothing_was_ever_offered(redis: Redis) -> None:
    gallery = Gallery(Presence(redis))
    assert await gallery.cards() == ()
    assert not await gallery.somebody_works()


async def test_the_first_offer_is_seen_at_once(redis: Redis) -> None:
    presence = Presence(redis)
    gallery = Gallery(presence, fresh_s=3600)
    assert await gallery.cards() == ()

    await presence.announce(WORKER, OFFER, timedelta(minutes=1))

    assert len(await gallery.cards()) == 3


async def test_hidden_effects_are_offered_but_not_shown(redis: Redis) -> None:
    presence = Presence(redis)
    offer = Offer(effects=(SYMBIOTE, replace(ROBOT, hidden=True)))
    await presence.announce(WORKER, offer, timedelta(minutes=1))
    gallery = Gallery(presence)
    assert await gallery.cards() == (SYMBIOTE,)
    assert len((await gallery.offer()).effects) == 2
    assert await gallery.somebody_works()


async def test_what_was_offered_last_is_kept_when_workers_leave(redis: Redis) -> None:
    presence = Presence(redis)
    await presence.announce(WORKER, OFFER, timedelta(minutes=1))
    await presence.withdraw(WORKER)
    gallery = Gallery(presence)
    assert len(await gallery.cards()) == 3
    assert not await gallery.somebody_works()


async def test_it_is_kept_while_the_queue_is_away(tmp_path: Path) -> None:
    server = ValkeyProcess(tmp_path)
    server.start()
    async with connect(server.url) as client:
        presence = Presence(client)
        await presence.announce(WORKER, OFFER, timedelta(minutes=1))
        gallery = Gallery(presence, fresh_s=0)
        cards = await gallery.cards()
        server.kill()
        assert await gallery.cards() == cards


NEWER = replace(ROBOT, version="2.0.0", title={"en": "Droid"})


async def test_a_gallery_shows_the_version_that_everybody_gets(redis: Redis) -> None:
    rollouts: dict[str, dict[str, float]] = {}

    async def read() -> Rollouts:
        return rollouts

    offer = Offer(effects=(SYMBIOTE, ROBOT), beside=(NEWER,))
    await Presence(redis).announce(WORKER, offer, timedelta(minutes=1))
    gallery = Gallery(Presence(redis), read, fresh_s=0)
    robot, symbiote = await gallery.cards()
    assert symbiote == SYMBIOTE
    assert robot.version == "1.0.0"
    assert robot.params[-1].choices == ("auto", "2.0.0", "1.0.0")
    rollouts["robot"] = {"2.0.0": 1.0}
    robot, _ = await gallery.cards()
    assert robot.title == {"en": "Droid"}


async def test_what_was_set_is_kept_while_the_database_is_away(redis: Redis) -> None:
    answers: list[Rollouts] = [{"robot": {"2.0.0": 1.0}}]

    async def read() -> Rollouts:
        if answers:
            return answers.pop()
        raise StoreUnavailable("gone")

    offer = Offer(effects=(ROBOT,), beside=(NEWER,))
    await Presence(redis).announce(WORKER, offer, timedelta(minutes=1))
    gallery = Gallery(Presence(redis), read, fresh_s=0)
    for _ in range(2):
        [card] = await gallery.cards()
        assert card.version == "2.0.0"


def test_an_effect_is_called_by_its_name_with_a_version_or_without() -> None:
    for words in ("robot", "Robot@1.0.0", "机器人@2.0.0"):
        assert called([SYMBIOTE, ROBOT], words) == ROBOT
    assert called([SYMBIOTE, ROBOT], "robot@two") is None
