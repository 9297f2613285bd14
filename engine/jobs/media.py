"""Photos in and clips out, by key, in a folder or an object store.

A key is checked by one pattern before anything else, so none leads out of the store; one that does
not fit names nothing that is there.

The library is called in threads: its own async calls can abort an interpreter that ends just then.
"""

from __future__ import annotations

import errno
import re
import secrets
import time
from asyncio import to_thread
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from engine.jobs.errors import MediaFull, MediaMissing
from engine.jobs.job import JobId, MediaKey

_KEY = re.compile(r"(photos|clips|previews)/[a-z0-9]([a-z0-9:_-]|\.(?!\.)){0,120}\.(jpg|mp4|json)")
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_USAGE_AGE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipKeys:
    """Where a job's clip is; the receipt, its outcome as JSON, is stored last."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMedia:
    """What is in the store under a key."""

    key: MediaKey
    bytes: int
    modified: datetime


class MediaStore:
    """The media of one installation.

    Every verb raises MediaMissing for a key that is not there, unless it says otherwise.
    """

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder
        self._used_bytes = 0
        self._used_measured_at = -_USAGE_AGE_S

    @classmethod
    def at(cls, location: str | Path) -> Self:
        """Open the store in a folder, made private to this user, or at a URL like s3://bucket."""
        place = str(location).removeprefix("file://")
        if "://" in place:
            return cls(from_url(place))
        folder = Path(place).expanduser().absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        return cls(LocalStore(prefix=folder), folder)

    async def put(self, key: MediaKey, data: bytes) -> None:
        """Store data whole or not at all, over what was there.

        Raises:
            MediaFull: there is no room for it.
        """
        checked = self._checked(key)
        with _no_room_as_full():
            await to_thread(self._store.put, checked, data, use_multipart=False)
        self._used_bytes += len(data)

    async def get(self, key: MediaKey) -> bytes:
        """Read everything."""
        with _missing(key):
            found = await to_thread(self._store.get, self._checked(key))
            return bytes(await to_thread(found.bytes))

    async def read_range(self, key: MediaKey, start: int, end: int) -> bytes:
        """Read from byte `start`, which must exist, up to and without byte `end`."""
        with _missing(key):
            checked = self._checked(key)
            return bytes(await to_thread(self._store.get_range, checked, start=start, end=end))

    async def size(self, key: MediaKey) -> int:
        """Say how many bytes are stored."""
        with _missing(key):
            return (await to_thread(self._store.head, self._checked(key)))["size"]

    async def exists(self, key: MediaKey) -> bool:
        """Say whether anything is stored; never raises MediaMissing."""
        try:
            await self.size(key)
        except MediaMissing:
            return False
        return True

    async def delete(self, key: MediaKey) -> None:
        """Remove what is stored; what is gone already is fine."""
        try:
            await to_thread(self._store.delete, self._checked(key))
        except (MediaMissing, FileNotFoundError):
            return

    async def list(self, folder: str = "") -> list[StoredMedia]:
        """Say what is stored, everywhere or in one of photos, clips, previews."""
        return await to_thread(self._list, folder)

    async def used_bytes(self) -> int:
        """Say how much is stored; cheap, and right to within what others did in 10 s."""
        if time.monotonic() - self._used_measured_at >= _USAGE_AGE_S:
            self._used_bytes = sum(media.bytes for media in await self.list())
            self._used_measured_at = time.monotonic()
        return self._used_bytes

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

    def _checked(self, key: MediaKey) -> str:
        if not _KEY.fullmatch(key) or (self._folder and _is_link(self._folder / key)):
            raise MediaMissing(key)
        return key


def _is_link(path: Path) -> bool:
    """Tell a planted link from a file of ours: we never make one."""
    return path.is_symlink() or path.parent.is_symlink()


@contextmanager
def _missing(key: MediaKey) -> Generator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise MediaMissing(key) from error


@contextmanager
def _no_room_as_full() -> Generator[None]:
    try:
        yield
    except BaseError as error:
        # The library keeps the system's error number only in its message.
        number = re.search(r"\(os error (\d+)\)", str(error))
        if number and int(number[1]) in _NO_ROOM:
            raise MediaFull from error
        raise
