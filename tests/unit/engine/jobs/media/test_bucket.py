"""A bucket that is away, full, wrong or not ours: what only a store behind a network can do."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from aiohttp import ClientSession
from yarl import URL

from engine.jobs.errors import MediaFull, MediaMissing, MediaUnavailable
from engine.jobs.job import JobId, MediaKey
from engine.jobs.media.backend import Patience
from engine.jobs.media.place import Bucket
from engine.jobs.media.store import LONGEST_LINK, MediaStore, clip_keys
from tests.fakes.s3 import BUCKET, KEY_ID, REGION, SECRET, FakeS3

PHOTO = MediaKey("photos/00112233445566778899aabbccddeeff.jpg")
VERBS: dict[str, Callable[[MediaStore], Awaitable[object]]] = {
    "put": lambda media: media.put(PHOTO, b"photo"),
    "get": lambda media: media.get(PHOTO),
    "read_range": lambda media: media.read_range(PHOTO, 0, 2),
    "size": lambda media: media.size(PHOTO),
    "exists": lambda media: media.exists(PHOTO),
    "delete": lambda media: media.delete(PHOTO),
    "list": lambda media: media.list(),
    "used_bytes": lambda media: media.used_bytes(),
}
each_verb = pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)


@each_verb
async def test_a_store_that_fails_is_unavailable_and_comes_back_by_itself(
    s3: FakeS3, verb: Callable[[MediaStore], Awaitable[object]]
) -> None:
    media = MediaStore.at(s3.bucket())
    await media.put(PHOTO, b"photo")
    s3.failing = (503, "SlowDown")
    with pytest.raises(MediaUnavailable, match="503"):
        await verb(media)
    s3.failing = None
    await verb(media)


@each_verb
async def test_a_store_that_is_not_there_is_unavailable(
    s3: FakeS3, verb: Callable[[MediaStore], Awaitable[object]]
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        s3.endpoint = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(MediaUnavailable):
            await verb(MediaStore.at(s3.bucket()))


async def test_a_store_that_never_answers_is_given_up() -> None:
    async def listen(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await quiet.wait()
        writer.close()

    quiet = asyncio.Event()
    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        place = Bucket(
            url="s3://media", endpoint=f"http://127.0.0.1:{port}", key_id="a", secret="b"
        )
        short = Patience(request=timedelta(seconds=0.2), retries=0)
        with pytest.raises(MediaUnavailable):
            await MediaStore.at(place, short).get(PHOTO)
        quiet.set()


async def test_a_passing_error_is_not_noticed(s3: FakeS3) -> None:
    media = MediaStore.at(s3.bucket())
    s3.failing = (500, "InternalError")
    putting = asyncio.create_task(media.put(PHOTO, b"photo"))
    while not s3.requests:
        await asyncio.sleep(0)
    s3.failing = None
    await putting
    assert await media.get(PHOTO) == b"photo"
    assert len([request for request in s3.requests if request.startswith("PUT")]) > 1


@each_verb
async def test_a_store_that_does_not_let_us_in_is_unavailable_and_no_secret_is_told(
    s3: FakeS3, verb: Callable[[MediaStore], Awaitable[object]]
) -> None:
    with pytest.raises(MediaUnavailable, match=r"40[13]") as refused:
        await verb(MediaStore.at(s3.bucket(secret="wrong-one")))
    assert "wrong-one" not in str(refused.value)


async def test_a_bucket_that_is_not_there_is_not_taken_for_a_missing_photo(s3: FakeS3) -> None:
    media = MediaStore.at(s3.bucket(name="another"))
    for attempt in (media.put(PHOTO, b"photo"), media.get(PHOTO), media.list()):
        with pytest.raises(MediaUnavailable, match="NoSuchBucket"):
            await attempt


@pytest.mark.parametrize("answer", [(507, "XMinioStorageFull"), (403, "QuotaExceeded")])
async def test_a_full_store_says_that_it_is_full(s3: FakeS3, answer: tuple[int, str]) -> None:
    media = MediaStore.at(s3.bucket())
    s3.failing = answer
    with pytest.raises(MediaFull):
        await media.put(PHOTO, b"photo")


async def test_what_is_used_is_not_looked_up_at_every_ask(s3: FakeS3) -> None:
    media = MediaStore.at(s3.bucket())
    await asyncio.gather(*(media.used_bytes() for _ in range(20)))
    await media.put(PHOTO, bytes(1000))
    assert await media.used_bytes() == 1000
    assert [request for request in s3.requests if request.startswith("GET")] == [f"GET /{BUCKET}"]


async def test_two_houses_share_a_bucket_by_folders(s3: FakeS3) -> None:
    ours, theirs = MediaStore.at(s3.bucket("ours")), MediaStore.at(s3.bucket("theirs"))
    await ours.put(PHOTO, b"photo")
    assert not await theirs.exists(PHOTO)
    assert await theirs.list() == []
    assert list(s3.objects) == [f"ours/{PHOTO}"]


async def test_what_is_left_empty_comes_from_the_usual_environment(
    s3: FakeS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3.endpoint)
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    media = MediaStore.at(Bucket(url=f"s3://{BUCKET}"))
    await media.put(PHOTO, b"photo")
    assert list(s3.objects) == [PHOTO]


@pytest.mark.parametrize("folder", ["", "zoetrope"])
async def test_a_link_gives_what_is_stored_to_anyone_for_its_time(s3: FakeS3, folder: str) -> None:
    media, clip = MediaStore.at(s3.bucket(folder)), clip_keys(JobId("job-1:draft")).video
    await media.put(clip, b"a clip")
    link, old = [
        await media.link(clip, lasts=lasts) for lasts in (LONGEST_LINK, timedelta(seconds=0))
    ]
    assert link is not None
    assert old is not None
    assert await downloaded(link) == b"a clip"
    assert await downloaded(link.replace("job-1", "job-2")) is None
    assert await downloaded(old) is None
    assert SECRET not in link


async def test_a_link_needs_no_store_that_answers(s3: FakeS3) -> None:
    s3.failing = (503, "SlowDown")
    link = await MediaStore.at(s3.bucket()).link(PHOTO, lasts=timedelta(hours=1))
    assert link is not None
    assert link.startswith(f"{s3.endpoint}/{BUCKET}/zoetrope/{PHOTO}?")
    assert s3.requests == []


async def test_what_is_no_key_has_no_link(s3: FakeS3) -> None:
    with pytest.raises(MediaMissing):
        await MediaStore.at(s3.bucket()).link(MediaKey("../secret.jpg"), lasts=LONGEST_LINK)


async def downloaded(link: str) -> bytes | None:
    """Follow a link as a browser does; nothing if the store does not let it."""
    async with ClientSession() as browser, browser.get(URL(link, encoded=True)) as answer:
        return await answer.read() if answer.ok else None


def test_a_bucket_does_not_show_its_secret(s3: FakeS3) -> None:
    assert SECRET not in repr(s3.bucket())
