"""How media and words leave: when their owner says so, when their time is over, when orphaned."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bots.chat import PersonId
from bots.store.answers import Answers
from bots.store.conversation import Conversation
from bots.store.drafts import Drafts
from bots.store.files import PlatformFiles
from bots.store.inbox import Inbox
from bots.store.journal import Journal
from bots.store.photos import Photos
from bots.store.requests import Request
from engine.jobs.first_look import final_of, first_look_id
from engine.jobs.job import JobId, MediaKey
from engine.jobs.media.store import ClipKeys, MediaStore, clip_keys

_SETTLING = timedelta(hours=1)
"""How old a file or a note without its request must be before it is taken for an orphan."""

_LIVE = "live"

_REDELIVERY = timedelta(hours=48)
"""How long an update is kept, done or not: platforms send one again for a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How long each thing is kept; `journal` rows outlive their media and words."""

    photos: timedelta = timedelta(hours=24)
    clips: timedelta = timedelta(days=7)
    journal: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Removes media and the rows that name them, rows first, so that none names what is gone."""

    journal: Journal
    photos: Photos
    drafts: Drafts
    answers: Answers
    files: PlatformFiles
    inbox: Inbox
    conversation: Conversation
    media: MediaStore
    keep: Keep

    async def erase(self, request: Request, now: datetime) -> None:
        """Keep nothing of a request but that it was made."""
        await self._erase(request, now)
        await self._remove_live({request.id})

    async def _erase(self, request: Request, now: datetime) -> None:
        await self.journal.erase(request.id, now)
        await self.erase_clip(request.id)
        photos = request.job.photos if request.job else ()
        drafted = await self.drafts.naming(request.person.id, photos)
        await self._remove_photos(
            [
                key
                for key in photos
                if key not in drafted and not await self.journal.shares_photo(request, key)
            ]
        )

    async def erase_person(self, person: PersonId, now: datetime) -> None:
        """Keep nothing of a person but that their requests were made; none should still run."""
        await self.drafts.forget_person(person)
        requests = await self.journal.of(person)
        for request in requests:
            await self.conversation.remove(request.place, request.id)
            await self.answers.forget([request.id])
            await self._erase(request, now)
        await self._remove_live({request.id for request in requests})
        await self._remove_photos(await self.photos.of(person))

    async def erase_clip(self, job: JobId) -> None:
        """Remove whatever files a job and its first look have left."""
        await self._remove([*_files(clip_keys(job)), *_files(clip_keys(first_look_id(job)))])

    async def erase_first_look(self, job: JobId) -> None:
        """Remove whatever files the first look at a job has left."""
        await self._remove(_files(clip_keys(first_look_id(job))))

    async def expire(self, now: datetime) -> None:
        """Remove what has been kept for its time."""
        await self._remove_photos(await self.photos.older_than(now - self.keep.photos))
        for request in await self.journal.with_media(now - self.keep.clips):
            await self.journal.forget_media(request.id)
            await self.erase_clip(request.id)
        await self.journal.drop(now - self.keep.journal, now)
        await self.conversation.forget_before(now - self.keep.clips)
        await self.drafts.forget_before(now - self.keep.photos)
        await self.files.forget_before(now - max(self.keep.photos, self.keep.clips))
        await self.inbox.forget_before(now - _REDELIVERY)

    async def remove_orphans(self, now: datetime) -> None:
        """Remove files that no row names, as a crash between two steps leaves them."""
        await self._remove_orphan_clips(now - _SETTLING)
        await self._remove_orphan_photos(now - _SETTLING)
        await self._remove_old_live(now - _SETTLING)
        await self.answers.forget_unasked(now - _SETTLING)

    async def _remove_photos(self, keys: Collection[MediaKey]) -> None:
        await self._remove(keys)
        await self.photos.forget(keys)

    async def _remove(self, keys: Collection[MediaKey]) -> None:
        """Remove media, and what platforms call them."""
        await self.files.forget(keys)
        for key in keys:
            await self.media.delete(key)

    async def _remove_orphan_clips(self, before: datetime) -> None:
        old = await self.media.list("clips")
        jobs = {job_of_clip(media.key) for media in old if media.modified < before}
        for job in jobs - await self.journal.keeping(jobs):
            await self.erase_clip(job)

    async def _remove_orphan_photos(self, before: datetime) -> None:
        old = await self.media.list("photos")
        keys = {media.key for media in old if media.modified < before}
        await self._remove(keys - await self.photos.known(keys))

    async def _remove_live(self, jobs: Collection[JobId]) -> None:
        """Remove the pictures of films under way, which a worker takes away unless it dies."""
        found = await self.media.list(_LIVE)
        await self._remove([media.key for media in found if job_of_clip(media.key) in jobs])

    async def _remove_old_live(self, before: datetime) -> None:
        found = await self.media.list(_LIVE)
        await self._remove([media.key for media in found if media.modified < before])


def job_of_clip(key: MediaKey) -> JobId:
    """Tell which job the files of a clip, of one being filmed, or of a first look are kept for."""
    job = JobId(key.partition("/")[2].partition(".")[0])
    return final_of(job) or job


def _files(keys: ClipKeys) -> tuple[MediaKey, ...]:
    """List a clip's files, first what says that they are complete."""
    return keys.receipt, keys.video, keys.poster
