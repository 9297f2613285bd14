"""People who ask for what a model makes, and workers that make first looks and films."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bots.chat import Ask, Message
from bots.delivery.delivery import Delivery
from deploy.polling import wait_until
from engine.jobs.catalogue import Offer
from engine.jobs.first_look import first_look_id
from engine.jobs.job import Clip, JobId, Progress, Succeeded
from engine.jobs.media.store import clip_keys
from engine.jobs.note import write_note
from engine.jobs.presence import Presence
from engine.jobs.queue import Claim
from tests.effect_cards import FILMED, SYMBIOTE
from tests.house import WORKER, House
from tests.job_samples import able, success
from tests.unit.bots.eyes import SOON_S

LOOKS, FILMS = able("look:robot"), able("model:wan")
OFFER = Offer(effects=(SYMBIOTE, FILMED))
QUICK_ONE = "Here is a quick version. The full one is on its way."
STAYS = "What you see is the quick version of Robot."


async def offering_films(house: House) -> House:
    """Have a worker that films robots, and draws them."""
    await Presence(house.services.redis).announce(WORKER, OFFER, timedelta(minutes=5))

    async def is_known() -> bool:
        cards = await house.services.gallery.cards()
        return FILMED.variants in [card.variants for card in cards]

    assert await wait_until(is_known, within_s=SOON_S)
    return house


async def opened(house: House, delivery: Delivery) -> Ask:
    """Have a robot asked for, with its placeholder."""
    return await house.opened(delivery, effect="robot")


async def made_first_look(house: House, ask: Ask) -> Clip:
    """Draw a first look, store it and report it, as a worker does."""
    return await finished_first_look(house, await claimed_first_look(house, ask))


async def claimed_first_look(house: House, ask: Ask) -> Claim:
    claim = await house.claim(LOOKS)
    assert claim.job.id == first_look_id(ask.id)
    return claim


async def finished_first_look(house: House, claim: Claim) -> Clip:
    outcome, media = success(claim.job), house.services.media
    await media.put(outcome.clip.key, b"a quick clip")
    await media.put(outcome.clip.poster, b"a poster")
    await write_note(claim.job.id, outcome, None, media)
    assert await house.services.queue.finish(claim, outcome)
    return outcome.clip


async def begun_film(house: House, ask: Ask, fraction: float = 0.4) -> Claim:
    """Have a worker film what was asked for, and say how far it is."""
    claim = await house.claim(FILMS)
    assert claim.job.id == ask.id
    await house.services.queue.beat(
        claim, Progress(job=ask.id, stage="rendering", fraction=fraction)
    )
    return claim


def filmed(claim: Claim) -> Succeeded:
    """Say that a model has made the clip."""
    return replace(success(claim.job), variant="film")


async def sees(house: House, ask: Ask, *, clip: JobId | None, text: str) -> Message:
    """Wait until the one message for an ask shows a job's clip, or none, and says something."""
    key = None if clip is None else clip_keys(clip).video

    async def it_does() -> bool:
        return any(
            text in message.text and (message.clip.key if message.clip else None) == key
            for message in house.chat.messages(ask.id)
        )

    seen = await wait_until(it_does, within_s=SOON_S)
    assert seen, house.chat.messages(ask.id)
    (message,) = house.chat.messages(ask.id)
    return message


async def is_stored(house: House, job: JobId) -> bool:
    """Tell whether anything of a job's clip is stored."""
    keys, media = clip_keys(job), house.services.media
    return any([await media.exists(key) for key in (keys.video, keys.poster, keys.receipt)])
