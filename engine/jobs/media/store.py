"""Photos in and clips out, by key, in a folder or an object store.

A key is checked by one pattern before anything else, so none leads out of the store; one that does
not fit names nothing that is there.

The library is called in threads: its own async calls can abort an interpreter that ends just then.
The threads are our own: while a store hangs, those that look up host names go on.
"""

from __future__ import annotations

import asyncio
import errno
import re
import secrets
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import ParamSpec, Self, TypeVar

from obstore import sign
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, S3Store

from engine.jobs.errors import MediaFull, MediaMissing, MediaUnavailable
from engine.jobs.job import JobId, MediaKey
from engine.jobs.media.backend import USUAL_PATIENCE, Patience, open_bucket, open_folder
from engine.jobs.media.place import Bucket
from engine.jobs.media.usage import Usage

Given = ParamSpec("Given")
Got = TypeVar("Got")

_KEY = re.compile(
    r"(photos|clips|previews|live)/[a-z0-9]([a-z0-9:_-]|\.(?!\.)){0,120}\.(jpg|mp4|json)"
)
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_QUOTA = re.compile(r"<Code>(QuotaExceeded|XMinioStorageFull)")
_NO_BUCKET = "NoSuchBucket"
_FOLDER_USAGE_LASTS = timedelta(seconds=10)
_BUCKET_USAGE_LASTS = timedelta(minutes=5)
"""A store bills each look, and a full one takes seconds."""
_THREADS = 16
LONGEST_LINK = timedelta(days=7)
"""What S3-compatible stores take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipKeys:
    """Where a job's clip is; the receipt, a note of what came of it and by what, is stored last."""

    video: MediaKey
    poster: MediaKey
    receipt: MediaKey


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewKeys:
    """Where an effect's moving and still previews are."""

    video: MediaKey
    poster: MediaKey


def photo_key() -> MediaKey:
    """Make up the key of a new photo; it cannot be guessed."""
    return MediaKey(f"photos/{secrets.token_hex(16)}.jpg")


def clip_keys(job: JobId) -> ClipKeys:
    """Name what a job stores: always the same, so making it twice stores it once."""
    name = f"clips/{job}"
    return ClipKeys(
        video=MediaKey(f"{name}.mp4"),
        poster=MediaKey(f"{name}.jpg"),
        receipt=MediaKey(f"{name}.json"),
    )


def preview_keys(effect: str, version: str) -> PreviewKeys:
    """Name the previews of an effect."""
    name = f"previews/{effect}-{version}"
    return PreviewKeys(video=MediaKey(f"{name}.mp4"), poster=MediaKey(f"{name}.jpg"))


def live_key(job: JobId, token: int, number: int) -> MediaKey:
    """Name a picture of a clip that is being filmed, under the token of who films it.

    Each has a name of its own: what is under a key never changes.
    """
    return MediaKey(f"live/{job}.{token}-{number}.jpg")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMedia:
    """What is in the store under a key."""

    key: MediaKey
    bytes: int
    modified: datetime


class MediaStore:
    """The media of one installation.

    Every verb raises MediaMissing for a key that is not there, unless it says otherwise, and
    MediaUnavailable when the store cannot be used; it works again by itself when it can.
    """

    def __init__(
        self, store: ObjectStore, *, folder: Path | None = None, usage_lasts: timedelta
    ) -> None:
        self._store = store
        self._folder = folder
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="media")
        self._usage = Usage(self._measure, lasts_s=usage_lasts.total_seconds())

    @classmethod
    def at(cls, place: Path | Bucket, patience: Patience = USUAL_PATIENCE) -> Self:
        """Open the store in a folder, made private to this user, or in a bucket.

        Raises:
            MediaUnavailable: the folder cannot be used.
        """
        if isinstance(place, Bucket):
            return cls(open_bucket(place, patience), usage_lasts=_BUCKET_USAGE_LASTS)
        folder = place.expanduser().absolute()
        with _reaching_store():
            store = open_folder(folder)
        return cls(store, folder=folder, usage_lasts=_FOLDER_USAGE_LASTS)

    async def put(self, key: MediaKey, data: bytes) -> None:
        """Store data whole or not at all, over what was there.

        Raises:
            MediaFull: there is no room for it.
        """
        checked = self._checked(key)
        with _reaching_store():
            await self._run(self._store.put, checked, data, use_multipart=False)
        self._usage.add(len(data))

    async def get(self, key: MediaKey) -> bytes:
        """Read everything."""
        checked = self._checked(key)
        with _reaching_store(key):
            return await self._run(lambda: bytes(self._store.get(checked).bytes()))

    async def read_range(self, key: MediaKey, start: int, end: int) -> bytes:
        """Read from byte `start`, which must exist, up to and without byte `end`."""
        checked = self._checked(key)
        with _reaching_store(key):
            return bytes(await self._run(self._store.get_range, checked, start=start, end=end))

    async def size(self, key: MediaKey) -> int:
        """Say how many bytes are stored."""
        checked = self._checked(key)
        with _reaching_store(key):
            return (await self._run(self._store.head, checked))["size"]

    async def exists(self, key: MediaKey) -> bool:
        """Say whether anything is stored; never raises MediaMissing."""
        try:
            await self.size(key)
        except MediaMissing:
            return False
        return True

    async def link(self, key: MediaKey, *, lasts: timedelta) -> str | None:
        """Make an address where anyone can read it for some time, at most LONGEST_LINK.

        A folder has none. Whether anything is stored is not looked at.
        """
        checked, store = self._checked(key), self._store
        if not isinstance(store, S3Store):
            return None
        with _reaching_store(key):
            return await self._run(lambda: sign(store, "GET", checked, lasts))

    async def delete(self, key: MediaKey) -> None:
        """Remove what is stored; what is gone already is fine."""
        try:
            with _reaching_store(key):
                await self._run(self._store.delete, self._checked(key))
        except MediaMissing:
            return

    async def list(self, folder: str = "") -> list[StoredMedia]:
        """Say what is stored, everywhere or in one of photos, clips, previews, live."""
        with _reaching_store():
            return await self._run(self._list, folder)

    async def used_bytes(self) -> int:
        """Say how much is stored; cheap, and right to within what others did a little ago."""
        return await self._usage.bytes()

    async def _measure(self) -> int:
        return sum(media.bytes for media in await self.list())

    def _list(self, folder: str) -> list[StoredMedia]:
        batches = self._store.list(folder or None)  # pyright: ignore[reportUnknownMemberType]
        return [
            StoredMedia(
                key=MediaKey(meta["path"]), bytes=meta["size"], modified=meta["last_modified"]
            )
            for batch in batches
            for meta in batch
            if _KEY.fullmatch(meta["path"])
        ]

    async def _run(
        self, call: Callable[Given, Got], *args: Given.args, **options: Given.kwargs
    ) -> Got:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(call, *args, **options))

    def _checked(self, key: MediaKey) -> str:
        if not _KEY.fullmatch(key) or (self._folder and _is_link(self._folder / key)):
            raise MediaMissing(key)
        return key


def _is_link(path: Path) -> bool:
    """Tell a planted link from a file of ours: we never make one."""
    return path.is_symlink() or path.parent.is_symlink()


@contextmanager
def _reaching_store(key: str = "") -> Generator[None]:
    """Give what can go wrong between us and the store our own names."""
    try:
        yield
    except (BaseError, OSError) as error:
        said = str(error)
        if key and isinstance(error, FileNotFoundError) and _NO_BUCKET not in said:
            raise MediaMissing(key) from error
        if _has_no_room(said):
            raise MediaFull from error
        raise MediaUnavailable(f"The media store cannot be used: {_reason(said)}") from error


def _reason(said: str) -> str:
    """Find what the operator needs in what the library says, which is a page."""
    reason = said.splitlines()[0].rpartition(" - ")[2].rpartition("status code: ")[2].rstrip(": ")
    asked = re.search(r"https?://[^/\s]+", said)
    code = re.search(r"<Code>(\w+)</Code>", reason)
    kind = re.search(r"HttpError \{\s*kind: (\w+)", said)
    if code:
        reason = f"{reason.partition(': <')[0]}, {code[1]}"
    elif kind:
        reason = f"{reason} ({kind[1].lower()})"
    return f"{asked[0]}: {reason}" if asked else reason


def _has_no_room(said: str) -> bool:
    # The library keeps the system's error number only in its message.
    number = re.search(r"\(os error (\d+)\)", said)
    return bool(number and int(number[1]) in _NO_ROOM) or bool(_NO_QUOTA.search(said))
