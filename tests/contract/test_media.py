"""Media stores: what both sides count on, the same in a folder and in a bucket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.jobs.errors import MediaMissing
from engine.jobs.job import JobId, MediaKey
from engine.jobs.media.place import Bucket
from engine.jobs.media.store import MediaStore, clip_keys, photo_key, preview_keys
from tests.fakes.s3 import FakeS3

PHOTO = MediaKey("photos/00112233445566778899aabbccddeeff.jpg")

NO_KEYS = [
    "",
    "photos",
    "photos/",
    "photos/../../secret.jpg",
    "photos/..%2f..%2fsecret.jpg",
    "../secret.jpg",
    "/etc/passwd",
    "photos//etc/passwd.jpg",
    "photos/a.jpg\0.mp4",
    "photos/a.jpg\n",
    "photos/A.jpg",
    "photos/a.html",
    "other/a.jpg",
    "photos/a/b.jpg",
    "photos/a#1.jpg",
    "photos/a?versionId=1.jpg",
]


@pytest.fixture(params=["folder", "bucket"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Path | Bucket]:
    if request.param == "folder":
        yield tmp_path / "media"
        return
    s3 = FakeS3()
    async with s3.running():
        yield s3.bucket()


@pytest.fixture
def media(place: Path | Bucket) -> MediaStore:
    """An empty store of each kind."""
    return MediaStore.at(place)


async def test_what_is_put_can_be_got(media: MediaStore) -> None:
    data = bytes(range(256)) * 100
    await media.put(PHOTO, data)
    assert await media.get(PHOTO) == data
    assert await media.size(PHOTO) == len(data)
    assert await media.exists(PHOTO)


async def test_a_range_is_read_for_a_player_that_seeks(media: MediaStore) -> None:
    video = clip_keys(JobId("abc:draft")).video
    await media.put(video, b"0123456789")
    assert await media.read_range(video, 2, 5) == b"234"
    assert await media.read_range(video, 8, 100) == b"89"


async def test_putting_again_replaces(media: MediaStore) -> None:
    await media.put(PHOTO, b"first and longer")
    await media.put(PHOTO, b"second")
    assert await media.get(PHOTO) == b"second"


async def test_what_is_deleted_is_missing(media: MediaStore) -> None:
    await media.put(PHOTO, b"photo")
    await media.delete(PHOTO)
    await media.delete(PHOTO)
    assert not await media.exists(PHOTO)
    for read in (media.get(PHOTO), media.size(PHOTO), media.read_range(PHOTO, 0, 1)):
        with pytest.raises(MediaMissing, match=PHOTO):
            await read


async def test_the_list_has_everything_with_its_size(media: MediaStore) -> None:
    assert await media.list() == []
    clip = clip_keys(JobId("job1"))
    keys = (PHOTO, clip.video, clip.poster, clip.receipt)
    for key in keys:
        await media.put(key, key.encode())
    assert {found.key: found.bytes for found in await media.list()} == {
        key: len(key) for key in keys
    }
    assert [found.key for found in await media.list("photos")] == [PHOTO]
    assert await media.list("previews") == []


async def test_the_list_says_when_things_were_stored(media: MediaStore) -> None:
    await media.put(PHOTO, b"photo")
    (found,) = await media.list("photos")
    assert abs(datetime.now(UTC) - found.modified) < timedelta(minutes=1)


async def test_used_bytes_follow_what_is_put(media: MediaStore) -> None:
    assert await media.used_bytes() == 0
    await media.put(PHOTO, bytes(1000))
    assert await media.used_bytes() == 1000


async def test_another_process_sees_what_is_there(media: MediaStore, place: Path | Bucket) -> None:
    await media.put(PHOTO, bytes(1000))
    other = MediaStore.at(place)
    assert await other.get(PHOTO) == bytes(1000)
    assert await other.used_bytes() == 1000


async def test_made_up_keys_can_be_stored(media: MediaStore) -> None:
    clip, preview = clip_keys(JobId("0f" * 20)), preview_keys("head_turn", "1.2")
    for key in (photo_key(), clip.video, clip.receipt, preview.video, preview.poster):
        await media.put(key, b"data")
        assert await media.exists(key)


@pytest.mark.parametrize("name", NO_KEYS)
async def test_what_is_no_key_is_missing(media: MediaStore, name: str) -> None:
    key = MediaKey(name)
    for attempt in (media.get(key), media.size(key), media.put(key, b"x")):
        with pytest.raises(MediaMissing):
            await attempt
    assert not await media.exists(key)
    await media.delete(key)
    assert await media.list() == []


async def test_many_at_once_are_each_stored_whole(media: MediaStore) -> None:
    keys = [photo_key() for _ in range(40)]
    await asyncio.gather(*(media.put(key, key.encode() * 100) for key in keys))
    assert await asyncio.gather(*map(media.get, keys)) == [key.encode() * 100 for key in keys]
