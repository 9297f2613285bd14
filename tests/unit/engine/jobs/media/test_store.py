from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from engine.jobs.errors import MediaMissing, MediaUnavailable
from engine.jobs.job import JobId, MediaKey
from engine.jobs.media.store import (
    LONGEST_LINK,
    MediaStore,
    clip_keys,
    live_key,
    photo_key,
    preview_keys,
)

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


def test_keys_fit_the_store(media: MediaStore) -> None:
    assert photo_key() != photo_key()
    assert clip_keys(JobId("j1")).receipt == "clips/j1.json"
    assert preview_keys("head_turn", "1.2").video == "previews/head_turn-1.2.mp4"
    assert live_key(JobId("j1"), token=4, number=9) == "live/j1.4-9.jpg"


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


async def test_what_a_killed_process_was_storing_is_removed_at_the_next_start(
    media: MediaStore, folder: Path
) -> None:
    await media.put(PHOTO, b"photo")
    being_stored = folder / "photos" / "b.jpg#1"
    left_behind = folder / "photos" / "a.jpg#1"
    somebody_elses = folder / "photos" / "holiday #1.png"
    for path in (being_stored, left_behind, somebody_elses):
        path.write_bytes(b"half")
    two_hours_ago = time.time() - 7200
    for path in (left_behind, somebody_elses, folder / PHOTO):
        os.utime(path, (two_hours_ago, two_hours_ago))

    assert [found.key for found in await MediaStore.at(folder).list()] == [PHOTO]
    assert being_stored.exists()
    assert somebody_elses.exists()
    assert not left_behind.exists()


async def test_a_folder_has_no_links(media: MediaStore) -> None:
    await media.put(PHOTO, b"photo")
    assert await media.link(PHOTO, lasts=LONGEST_LINK) is None


def test_a_store_can_be_opened_while_others_store(folder: Path, media: MediaStore) -> None:
    opened = threading.Event()

    def store_all_the_time() -> None:
        being_stored = [folder / "photos" / f"{number}.jpg#1" for number in range(50)]
        while not opened.is_set():
            for path in being_stored:
                path.write_bytes(b"half")
            for path in being_stored:
                path.unlink()

    (folder / "photos").mkdir(exist_ok=True)
    storing = threading.Thread(target=store_all_the_time)
    storing.start()
    try:
        for _ in range(200):
            MediaStore.at(folder)
    finally:
        opened.set()
        storing.join()


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MediaUnavailable, match="file"):
        MediaStore.at(tmp_path / "file" / "media")


async def test_a_folder_on_a_broken_disk_is_unavailable(media: MediaStore, folder: Path) -> None:
    (folder / "photos").touch()
    with pytest.raises(MediaUnavailable):
        await media.put(PHOTO, b"photo")


FILLS_THE_DISK = """
import asyncio, resource, signal, sys
from pathlib import Path
from engine.jobs.errors import MediaFull
from engine.jobs.media.store import MediaStore

async def main():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    media = MediaStore.at(Path(sys.argv[1]))
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
