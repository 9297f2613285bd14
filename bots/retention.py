"""How media and words leave: when their owner says so, when their time is over, when orphaned."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bots.store.conversation import Conversation
from bots.store.journal import Journal, Request
from bots.store.photos import Photos
from engine.jobs.job import JobId, MediaKey
from engine.jobs.media.store import MediaStore, clip_keys

_SETTLING = timedelta(hours=1)
"""How old a file without a row must be before it is taken for an orphan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How long each thing is kept; `journal` rows outlive their media and words."""

    photos: timedelta = timedelta(hours=24)
    clips: timedelta = timedelta(days=7)
    journal: timedelta = timedelta(days=90)


class Retention:
    """Removes media and the rows that name them, rows first, so that none names what is gone."""

    def __init__(
        self,
        *,
        journal: Journal,
        photos: Photos,
        conversation: Conversation,
        media: MediaStore,
        keep: Keep,
    ) -> None:
        self._journal = journal
        self._photos = photos
        self._conversation = conversation
        self._media = media
        self._keep = keep

    async def erase(self, request: Request, now: datetime) -> None:
        """Keep nothing of a request but that it was made."""
        await self._journal.erase(request.id, now)
        await self.erase_clip(request.id)
        photos = request.job.photos if request.job else ()
        await self._remove_photos(
            [key for key in photos if not await self._journal.shares_photo(request, key)]
        )

    async def erase_clip(self, job: JobId) -> None:
        """Remove whatever files a job has left."""
        keys = clip_keys(job)
        for key in (keys.receipt, keys.video, keys.poster):
            await self._media.delete(key)

    async def expire(self, now: datetime) -> None:
        """Remove what has been kept for its time."""
        await self._remove_photos(await self._photos.older_than(now - self._keep.photos))
        for request in await self._journal.with_media(now - self._keep.clips):
            await self._journal.forget_media(request.id)
            await self.erase_clip(request.id)
        await self._journal.drop(now - self._keep.journal, now)
        await self._conversation.forget_before(now - self._keep.clips)

    async def remove_orphans(self, now: datetime) -> None:
        """Remove files that no row names, as a crash between two steps leaves them."""
        await self._remove_orphan_clips(now - _SETTLING)
        await self._remove_orphan_photos(now - _SETTLING)

    async def _remove_photos(self, keys: Collection[MediaKey]) -> None:
        for key in keys:
            await self._media.delete(key)
        await self._photos.forget(keys)

    async def _remove_orphan_clips(self, before: datetime) -> None:
        old = await self._media.list("clips")
        jobs = {job_of_clip(media.key) for media in old if media.modified < before}
        for job in jobs - await self._journal.keeping(jobs):
            await self.erase_clip(job)

    async def _remove_orphan_photos(self, before: datetime) -> None:
        old = await self._media.list("photos")
        keys = {media.key for media in old if media.modified < before}
        for key in keys - await self._photos.known(keys):
            await self._media.delete(key)


def job_of_clip(key: MediaKey) -> JobId:
    """Tell which job a clip's files are from."""
    return JobId(key.removeprefix("clips/").partition(".")[0])
