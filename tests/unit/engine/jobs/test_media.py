from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from engine.jobs.errors import MediaMissing
from engine.jobs.job import JobId, MediaKey
from engine.jobs.media import MediaStore, clip_keys, photo_key, preview_keys

PHOTO = MediaKey("photos/00112233445566778899aabbccddeeff.jpg")

ESCAPES = [
    "",
    ".",
    "photos",
    "photos/",
    "photos/../../secret.jpg",
    "photos/..%2f..%2fsecret.jpg",
    "photos/%2e%2e/secret.jpg",
    "../secret.jpg",
    "/etc/passwd",
    "//photos/a.jpg",
    "photos//etc/passwd.jpg",
    "photos/..",
    "photos/a..jpg",
    "photos/.jpg",
    "photos/a.jpg\0.mp4",
    "photos/a\0.jpg",
    "photos/a.jpg\n",
    "photos\\..\\secret.jpg",
    "photos/A.jpg",
    "photos/a.html",
    "other/a.jpg",
    "photos/a/b.jpg",
    "photos/" + "a" * 300 + ".jpg",
    "file:///etc/passwd",
    "photos/a#1.jpg",
]


@pytest.fixture
def folder(tmp_path: Path, media: MediaStore) -> Path:
    return tmp_path / "media"


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
    clip = clip_keys(JobId("job1"))
    for key in (PHOTO, clip.video, clip.poster, clip.receipt):
        await media.put(key, key.encode())
    assert {found.key: found.bytes for found in await media.list()} == {
        key: len(key) for key in (PHOTO, clip.video, clip.poster, clip.receipt)
    }
    assert [found.key for found in await media.list("photos")] == [PHOTO]


async def test_used_bytes_follow_what_is_put(media: MediaStore) -> None:
    assert await media.used_bytes() == 0
    await media.put(PHOTO, bytes(1000))
    assert await media.used_bytes() == 1000


async def test_another_process_sees_what_is_used(media: MediaStore, folder: Path) -> None:
    await media.put(PHOTO, bytes(1000))
    assert await MediaStore.at(folder).used_bytes() == 1000


def test_keys_fit_the_store(media: MediaStore) -> None:
    assert photo_key() != photo_key()
    assert clip_keys(JobId("j1")).receipt == "clips/j1.json"
    assert preview_keys("head_turn", "1.2").video == "previews/head_turn-1.2.mp4"


async def test_made_up_keys_can_be_stored(media: MediaStore) -> None:
    clip, preview = clip_keys(JobId("0f" * 20)), preview_keys("head_turn", "1.2")
    for key in (photo_key(), clip.video, clip.receipt, preview.video, preview.poster):
        await media.put(key, b"data")
        assert await media.exists(key)


@pytest.mark.parametrize("escape", ESCAPES)
async def test_no_key_leads_out_of_the_store(media: MediaStore, folder: Path, escape: str) -> None:
    for name in ("secret.jpg", "a.jpg"):
        (folder.parent / name).write_text("secret")
    before = sorted(folder.parent.rglob("*"))
    key = MediaKey(escape)
    for attempt in (media.get(key), media.size(key), media.put(key, b"x")):
        with pytest.raises(MediaMissing):
            await attempt
    assert not await media.exists(key)
    await media.delete(key)
    assert sorted(folder.parent.rglob("*")) == before


async def test_a_planted_link_is_not_followed(media: MediaStore, folder: Path) -> None:
    secret = folder.parent / "secret.jpg"
    secret.write_text("secret")
    (folder / "photos").mkdir()
    (folder / PHOTO).symlink_to(secret)
    with pytest.raises(MediaMissing):
        await media.get(PHOTO)
    with pytest.raises(MediaMissing):
        await media.put(PHOTO, b"overwritten")
    await media.delete(PHOTO)
    assert secret.read_text() == "secret"


async def test_a_planted_folder_link_is_not_followed(media: MediaStore, folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / Path(PHOTO).name).write_text("secret")
    (folder / "photos").symlink_to(outside)
    assert not await media.exists(PHOTO)
    with pytest.raises(MediaMissing):
        await media.put(PHOTO, b"overwritten")
    assert (outside / Path(PHOTO).name).read_text() == "secret"


def test_the_folder_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "media"
    folder.mkdir(mode=0o755)
    MediaStore.at(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_url_is_a_folder_too(tmp_path: Path) -> None:
    MediaStore.at((tmp_path / "media").as_uri())
    assert (tmp_path / "media").is_dir()


FILLS_THE_DISK = """
import asyncio, resource, signal, sys
from engine.jobs.errors import MediaFull
from engine.jobs.media import MediaStore

async def main():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    media = MediaStore.at(sys.argv[1])
    await media.put("photos/small.jpg", bytes(1000))
    try:
        await media.put("photos/large.jpg", bytes(1_000_000))
    except MediaFull:
        print("full", [found.key for found in await media.list()])

asyncio.run(main())
"""


def test_what_does_not_fit_is_refused_whole(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILLS_THE_DISK, tmp_path / "media"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "full ['photos/small.jpg']\n"
    assert [path.name for path in (tmp_path / "media" / "photos").iterdir()] == ["small.jpg"]
