"""What a worker does beside a bot, as a test tells it to: it takes jobs and makes clips."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from bots.services import Services
from deploy.polling import wait_until
from engine.jobs.catalogue import Offer
from engine.jobs.job import Clip, Outcome, Progress, Succeeded, WorkerId
from engine.jobs.media.store import clip_keys
from engine.jobs.note import write_note
from engine.jobs.presence import Presence
from engine.jobs.queue import Claim
from tests.effect_cards import FILMED, OFFER, a_card
from tests.fakes.photos import astronaut_jpeg
from tests.job_samples import able

WORKER = WorkerId("worker-1")
SOON_S = 20.0
MORPH = a_card("morph", "Morph", ["turn me into another person"], photos=2, chinese="变脸")
EFFECTS = Offer(effects=(*OFFER.effects, MORPH))
_LOOKS = [variant.needs for card in EFFECTS.effects for variant in card.variants]
FILMS = Offer(effects=(*OFFER.effects[:1], FILMED))
"""What there is where a model makes the robot; its claim is "model:wan"."""
SELFIE = astronaut_jpeg()
CLIP = b"\x00\x00\x00\x18ftypisom a clip"


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWork:
    """A bot's services, and the worker that serves them."""

    services: Services
    _numbers: count[int] = field(default_factory=lambda: count(1))

    async def claim(self, *needs: str) -> Claim:
        """Take the next job, as a worker does that makes some things, or all there are."""
        ability = able(*(needs or _LOOKS))
        claims: list[Claim] = []

        async def taken() -> bool:
            nonce = f"n{next(self._numbers)}"
            claim = await self.services.queue.claim(WORKER, ability, nonce=nonce)
            claims.extend([claim] if claim else [])
            return bool(claims)

        assert await wait_until(taken, within_s=SOON_S), "nothing is queued"
        return claims[0]

    async def progress(self, claim: Claim, fraction: float) -> None:
        """Say how far a clip is."""
        await self.services.queue.beat(
            claim, Progress(job=claim.job.id, stage="rendering", fraction=fraction)
        )

    async def finish(
        self, claim: Claim, outcome: Outcome | None = None, *, clip: bytes = CLIP
    ) -> None:
        """End a job: with a clip, unless it ends otherwise."""
        keys = clip_keys(claim.job.id)
        if outcome is None:
            await self.services.media.put(keys.video, clip)
            await self.services.media.put(keys.poster, SELFIE)
            made = Clip(
                key=keys.video, poster=keys.poster, width=512, height=512, seconds=4.0, bytes=1000
            )
            by = claim.variant.name
            outcome = Succeeded(clip=made, variant=by, seed=claim.job.seed, took_s=8.0)
            await write_note(claim.job.id, outcome, None, self.services.media)
        assert await self.services.queue.finish(claim, outcome)

    async def offer_films(self) -> None:
        """Have a model make the robot from now on, where it was only drawn."""
        presence = Presence(self.services.redis)
        await presence.announce(WORKER, FILMS, timedelta(minutes=5))

        async def is_known() -> bool:
            cards = await self.services.gallery.cards()
            return FILMED.variants in [card.variants for card in cards]

        assert await wait_until(is_known, within_s=SOON_S), "nobody offers films"

    async def make(self) -> Claim:
        """Make the next clip."""
        claim = await self.claim()
        await self.finish(claim)
        return claim
