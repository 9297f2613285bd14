"""What people can do here: send a photo, ask, ask again, cancel, collect, delete.

Every verb raises Refused with a reason a person can act on; TRY_LATER is the one for when a store
of ours does not answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from bots.accounts import (
    Allowance,
    Policy,
    Usage,
    allowance,
    check_allowance,
    check_entry,
    check_here,
)
from bots.admission import Admission
from bots.chat import Ask, Person, PersonId, Place, ShownClip
from bots.clock import Clock, utc_now
from bots.errors import StoreUnavailable
from bots.gallery import Gallery
from bots.handover import call_off, hand_over_new
from bots.retention import Retention, job_of_clip
from bots.routing import Suggestion
from bots.store.journal import Journal
from bots.store.people import People
from bots.store.photos import Photos
from bots.store.requests import Request
from engine.jobs.catalogue import EffectCard
from engine.jobs.errors import (
    JobsError,
    MediaFull,
    QueueIncompatible,
    QueueUnavailable,
    Refused,
)
from engine.jobs.intake import Intake
from engine.jobs.job import (
    TERMINAL,
    Cancelled,
    Declined,
    Job,
    JobId,
    JobState,
    MediaKey,
    Succeeded,
)
from engine.jobs.media.store import MediaStore, photo_key
from engine.jobs.order import Caps
from engine.jobs.queue import JobQueue
from engine.jobs.refusal import Refusal, RefusalCode

log = logging.getLogger(__name__)

RECENT = 20
"""How many requests are listed unless said otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPhoto:
    """A photo that is ready to be used; sizes in pixels."""

    key: MediaKey
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What became of an ask; not `new` when the same ask had been taken before."""

    job: JobId
    effect: str
    new: bool
    chosen_from_prompt: bool = False
    runners_up: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the studio holds people to; `media_quota` is in bytes."""

    policy: Policy
    caps: Caps
    media_quota: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """The use cases of one bot, over the parts it is built from."""

    rules: Rules
    admission: Admission
    gallery: Gallery
    journal: Journal
    people: People
    photos: Photos
    media: MediaStore
    intake: Intake
    queue: JobQueue
    retention: Retention
    now: Clock = utc_now

    async def take_photo(self, who: Person, where: Place, data: bytes) -> StoredPhoto:
        """Clean and keep a photo that someone sent.

        Raises:
            Refused: they may not use the house, there is no room, or the photo is no good.
        """
        with _try_later():
            await self._check_entry(who, where)
            await self._check_room()
            photo = await self.intake.clean(data)
            key = photo_key()
            size = {"width": photo.width, "height": photo.height}
            await self.photos.add(key, who.id, **size, now=self.now())
            await self.media.put(key, photo.jpeg)
        return StoredPhoto(key=key, width=photo.width, height=photo.height)

    async def submit(self, ask: Ask) -> Ticket:
        """Take an ask: journalled first, then queued; while Redis is away the sweeper queues it.

        Raises:
            Refused: it cannot be done, or not for this person now.
        """
        with _try_later():
            known = await self.journal.get(ask.id)
            return await self._take(ask) if known is None else _ticket_again(known, ask)

    async def again(self, who: Person, where: Place, job: JobId, new: JobId) -> Ticket:
        """Ask for the same with another seed."""
        before = await self.recall(who, job)
        ask = Ask(
            id=new,
            who=who,
            where=where,
            effect=before.effect,
            prompt=before.prompt,
            photos=before.photos,
            params=before.options,
            format=before.format,
        )
        return await self.submit(ask)

    async def cancel(self, who: Person, job: JobId) -> None:
        """Stop a job; one that has ended stays as it is."""
        with _try_later():
            await self._stop(await self._own(who, job))

    async def delete(self, who: Person, job: JobId, where: Place | None = None) -> None:
        """Remove a clip and the photos only it was made from; stops the job if it still runs.

        Who moderates the place it was asked for in may as well, from there.
        """
        with _try_later():
            request = await self._kept(job)
            if not _moderates(where, request):
                _check_own(who, request)
            await self._stop(request)
            await self.retention.erase(request, self.now())

    async def jobs(self, who: Person, limit: int = RECENT) -> list[Request]:
        """List what a person has asked for lately, newest first."""
        with _try_later():
            return await self.journal.latest(who.id, limit)

    async def recall(self, who: Person, job: JobId) -> Job:
        """Say what a person's job was asked for with."""
        with _try_later():
            request = await self._own(who, job)
        if request.job is None:
            raise Refused(Refusal(RefusalCode.PHOTO_GONE))
        return request.job

    async def made(self, job: JobId) -> Request:
        """Say how a job was made, to whoever knows its id."""
        with _try_later():
            return await self._kept(job)

    async def collect(self, who: Person, job: JobId) -> ShownClip:
        """Hand over a clip that could not be delivered, while it is kept.

        Raises:
            Refused: there is none, or JOB_UNDER_WAY when there may be one in a while.
        """
        with _try_later():
            request = await self._own(who, job)
            if _may_still_come(request):
                raise Refused(Refusal(RefusalCode.JOB_UNDER_WAY))
            kept = isinstance(request.outcome, Succeeded) and await self.media.exists(
                request.outcome.clip.key
            )
            made = await self.journal.collect(job, self.now()) if kept else None
        if made is None:
            raise Refused(Refusal(RefusalCode.UNKNOWN_JOB))
        clip = made.clip
        return ShownClip(key=clip.key, poster=clip.poster, width=clip.width, height=clip.height)

    async def standing_of(self, who: Person) -> Allowance:
        """Say how much a person has had made, and how much they may."""
        now = self.now()
        with _try_later():
            usage = await self.people.usage(who.id, now)
        return allowance(self.rules.policy, who.id, usage, now)

    async def check_entry(self, who: Person, where: Place) -> None:
        """Check that a person may use the house from a place.

        Raises:
            Refused: they may not.
        """
        with _try_later():
            await self._check_entry(who, where)

    async def effects(self) -> tuple[EffectCard, ...]:
        """List what people may pick from."""
        return await self.gallery.cards()

    async def owns(self, who: PersonId, key: MediaKey) -> bool:
        """Tell whether a photo or clip is this person's, and still kept."""
        if not await self.media.exists(key):
            return False
        if key.startswith("photos/"):
            return bool(await self.photos.owned(who, [key]))
        request = await self.journal.get(job_of_clip(key))
        return request is not None and request.person.id == who and not request.erased

    async def forget(self, who: Person) -> None:
        """Keep nothing of a person but that their requests were made; again is fine."""
        with _try_later():
            for request in await self.journal.of(who.id):
                await self._stop(request)
            await self.retention.erase_person(who.id, self.now())
            await self.people.forget(who.id)

    async def language(self, person: PersonId) -> str | None:
        """Say which language a person has chosen, if any."""
        with _try_later():
            return await self.people.language(person)

    async def set_language(self, person: PersonId, language: str | None) -> None:
        """Note which language a person has chosen; None takes it back."""
        with _try_later():
            await self.people.set_language(person, language)

    async def shares_avatar(self, person: PersonId) -> bool:
        """Tell whether a person lets others have clips made of their avatar."""
        with _try_later():
            return await self.people.shares_avatar(person)

    async def share_avatar(self, who: Person, shares: bool) -> None:
        """Let others have clips made of a person's avatar, or no more."""
        with _try_later():
            await self.people.set_shares_avatar(who.id, shares)

    async def block(self, person: PersonId) -> None:
        """Let a person in no more."""
        await self.people.block(person)

    async def unblock(self, person: PersonId) -> None:
        """Let a person in again."""
        await self.people.unblock(person)

    async def pause(self) -> None:
        """Take no new asks from anyone but owners; what is queued goes on."""
        await self.people.pause()

    async def resume(self) -> None:
        """Take asks again."""
        await self.people.resume()

    async def _take(self, ask: Ask) -> Ticket:
        here = (await self._check_entry(ask.who, ask.where)).place_rules
        choice = await self.admission.choose(ask, here.effects)
        request = await self.admission.request(ask, choice, self.now())
        await self._check_photos(request)
        await self._check_room()
        known = await self.journal.accept(request, self._may_submit(ask, request))
        if known is not None:
            return _ticket_again(known, ask)
        await self._enqueue(request)
        return Ticket(
            job=request.id,
            effect=request.effect,
            new=True,
            chosen_from_prompt=choice.runners_up is not None,
            runners_up=choice.runners_up or (),
        )

    async def _check_entry(self, who: Person, where: Place) -> Usage:
        usage = await self.people.usage(who.id, self.now(), where.id)
        check_entry(self.rules.policy, who, where, usage)
        return usage

    def _may_submit(self, ask: Ask, request: Request) -> Callable[[Usage], None]:
        def check(usage: Usage) -> None:
            policy, now = self.rules.policy, self.now()
            check_entry(policy, ask.who, ask.where, usage)
            check_here(policy, ask.who, ask.where, request.effect, usage, now)
            check_allowance(policy, ask.who, usage, now)

        return check

    async def _check_room(self) -> None:
        if await self.media.used_bytes() >= self.rules.media_quota:
            raise MediaFull

    async def _check_photos(self, request: Request) -> None:
        """Check that the photos are the person's own, and still there."""
        for key in request.job.photos if request.job else ():
            if not await self.owns(request.person.id, key):
                raise Refused(Refusal(RefusalCode.PHOTO_GONE))

    async def _enqueue(self, request: Request) -> None:
        """Queue a journalled request; if the queue is away the sweeper will."""
        if request.job is None:
            return
        try:
            await hand_over_new(
                request.job, self.rules.caps, journal=self.journal, queue=self.queue
            )
        except (QueueUnavailable, QueueIncompatible, StoreUnavailable) as error:
            log.warning("%s is journalled and will be queued later: %s", request.id, error)
        except Refused as refused:
            await self.journal.conclude(request.id, Declined(refusal=refused.refusal), self.now())
            await self.journal.set_delivered(request.id, self.now())
            raise

    async def _stop(self, request: Request) -> None:
        """Stop a job that has not ended; one that never ran does not count."""
        if request.state in TERMINAL:
            return
        state = await call_off(request.id, request.job, self.queue)
        if state in (None, JobState.CANCELLED):
            await self.journal.conclude(request.id, Cancelled(), self.now(), counted=False)

    async def _own(self, who: Person, job: JobId) -> Request:
        request = await self._kept(job)
        _check_own(who, request)
        return request

    async def _kept(self, job: JobId) -> Request:
        request = await self.journal.get(job)
        if request is None or request.erased:
            raise Refused(Refusal(RefusalCode.UNKNOWN_JOB))
        return request


def _check_own(who: Person, request: Request) -> None:
    if request.person.id != who.id:
        raise Refused(Refusal(RefusalCode.NOT_YOURS))


def _moderates(where: Place | None, request: Request) -> bool:
    return where is not None and where.moderator and where.id == request.place


def _may_still_come(request: Request) -> bool:
    """Tell whether a request waits for its clip to be made, or to be delivered."""
    has_none = request.state in TERMINAL - {JobState.SUCCEEDED}
    return request.delivered is None and not has_none


def _ticket_again(known: Request, ask: Ask) -> Ticket:
    _check_own(ask.who, known)
    if isinstance(known.outcome, Declined) and known.placeholder is None:
        raise Refused(known.outcome.refusal)
    return Ticket(job=known.id, effect=known.effect, new=False)


@contextmanager
def _try_later() -> Generator[None]:
    """Turn what goes wrong with our own stores into something to say."""
    try:
        yield
    except MediaFull as error:
        raise Refused(Refusal(RefusalCode.DISK_FULL)) from error
    except (StoreUnavailable, JobsError) as error:
        log.warning("an ask could not be taken: %s", error)
        raise Refused(Refusal(RefusalCode.TRY_LATER)) from error
