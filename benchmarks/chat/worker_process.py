"""`python -m benchmarks.chat.worker_process`: a worker that needs no time for a clip."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta
from itertools import count

from PIL import Image

from benchmarks.chat.effects import OFFER
from engine.jobs.connection import connect
from engine.jobs.job import Clip, Succeeded, WorkerId
from engine.jobs.media.store import MediaStore, clip_keys
from engine.jobs.order import Ability
from engine.jobs.presence import Presence
from engine.jobs.queue import Claim, JobQueue
from engine.jobs.settings import SharedSettings

WORKER = WorkerId("worker-1")
CLIP = b"\x00\x00\x00\x18ftypisom a clip"
_WAIT = timedelta(seconds=2)
_LIVES = timedelta(hours=2)


async def work(settings: SharedSettings) -> None:
    """Work until killed."""
    queue_of = connect(settings.redis_url)
    queue, media = JobQueue(queue_of), MediaStore.at(settings.media)
    await Presence(queue_of).announce(WORKER, OFFER, _LIVES)
    needs = (variant.needs for card in OFFER.effects for variant in card.variants)
    ability, poster = Ability(switch_s=dict.fromkeys(needs, 0.0)), a_picture()
    nonces = (f"n{number}" for number in count())
    while True:
        claim = await queue.claim(WORKER, ability, nonce=next(nonces))
        claims = [claim] if claim else []
        if not claims:
            claims = await queue.claim_when_rung(WORKER, ability, nonce=next(nonces), wait=_WAIT)
        for each in claims:
            await _make(each, queue, media, poster)


async def _make(claim: Claim, queue: JobQueue, media: MediaStore, poster: bytes) -> None:
    keys = clip_keys(claim.job.id)
    await media.put(keys.video, CLIP)
    await media.put(keys.poster, poster)
    clip = Clip(
        key=keys.video, poster=keys.poster, width=512, height=512, seconds=4.0, bytes=len(CLIP)
    )
    outcome = Succeeded(clip=clip, variant=claim.variant.name, seed=claim.job.seed, took_s=0.1)
    await queue.finish(claim, outcome)


def a_picture() -> bytes:
    """Make a JPEG as small as photos may be."""
    file = io.BytesIO()
    Image.new("RGB", (160, 160), "teal").save(file, "JPEG")
    return file.getvalue()


if __name__ == "__main__":
    asyncio.run(work(SharedSettings.read()))
