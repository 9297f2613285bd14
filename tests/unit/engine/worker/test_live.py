"""Pictures of a film under way: the newest one, seldom, safe, and gone when it is over."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.effects.look_camera import LookCamera
from engine.effects.maker import ClipMaker
from engine.jobs.job import MediaKey
from engine.jobs.media.store import MediaStore
from engine.jobs.queue import Claim
from engine.pipelines.preview import Develop
from engine.pipelines.take import Picture
from engine.safety import OpenGate, SafetyGate
from engine.vision.vision import Vision
from engine.worker.live import Live
from tests.unit.engine.worker.working import job, until

CLAIM = Claim(
    job=job(), variant=job().variants[0], token=7, attempt=1, why="its turn", waited_s=0.0
)


def grey(level: int) -> Picture:
    return np.full((48, 64, 3), level, np.uint8)


def level(jpeg: bytes) -> int:
    return round(float(np.array(Image.open(BytesIO(jpeg))).mean()))


@pytest.fixture
def maker(vision: Vision) -> ClipMaker:
    return ClipMaker(LookCamera(vision), OpenGate())


@asynccontextmanager
async def showing(maker: ClipMaker, media: MediaStore, every_s: float = 0.0) -> AsyncIterator[Live]:
    live = Live(CLAIM, maker, media, every_s=every_s)
    try:
        yield live
    finally:
        await live.end()


def film(live: Live, pictures: Iterable[Develop]) -> Awaitable[None]:
    """Show pictures as the maker does, from a thread of its own."""

    def run() -> None:
        for develop in pictures:
            live.show(develop)

    return asyncio.to_thread(run)


def shown_after(live: Live, before: MediaKey | None) -> Callable[[], Awaitable[bool]]:
    async def is_there() -> bool:
        return live.key not in (None, before)

    return is_there


async def next_key(live: Live, picture: Picture) -> MediaKey:
    before = live.key
    await film(live, [lambda: picture])
    await until(shown_after(live, before))
    assert live.key is not None
    return live.key


async def test_a_picture_is_stored_under_a_key_of_its_own(
    maker: ClipMaker, media: MediaStore
) -> None:
    async with showing(maker, media) as live:
        assert live.key is None
        first = await next_key(live, grey(40))
        assert first == "live/job1.7-1.jpg"
        second = await next_key(live, grey(160))
        assert abs(level(await media.get(first)) - 40) <= 2, "what is under a key stays the same"
        assert abs(level(await media.get(second)) - 160) <= 2


async def test_no_more_than_two_are_kept_and_none_when_it_is_over(
    maker: ClipMaker, media: MediaStore
) -> None:
    async with showing(maker, media) as live:
        keys = [await next_key(live, grey(40 * number)) for number in range(4)]

        async def two_are_left() -> bool:
            return len(await media.list("live")) == 2

        await until(two_are_left)
        assert {found.key for found in await media.list("live")} == set(keys[-2:])
    assert await media.list("live") == []
    assert live.key is None


async def test_what_comes_while_one_is_on_its_way_gives_way_to_the_newest(
    maker: ClipMaker, media: MediaStore
) -> None:
    begun, may_go_on = threading.Event(), threading.Event()
    made: list[int] = []

    def slow() -> Picture:
        begun.set()
        may_go_on.wait(60)
        made.append(0)
        return grey(0)

    def quick(number: int) -> Develop:
        def develop() -> Picture:
            made.append(number)
            return grey(number)

        return develop

    async with showing(maker, media) as live:
        await film(live, [slow])
        await asyncio.to_thread(begun.wait, 60)
        await film(live, [quick(number) for number in (1, 2, 3)])
        may_go_on.set()

        async def newest_is_made() -> bool:
            return made[-1:] == [3]

        await until(newest_is_made)
    assert made == [0, 3]


async def test_pictures_come_no_faster_than_they_may(maker: ClipMaker, media: MediaStore) -> None:
    async with showing(maker, media, every_s=3600) as live:
        first = await next_key(live, grey(10))
        await film(live, [lambda: grey(20)])
        assert live.key == first
    assert await media.list("live") == []


async def test_what_the_gate_refuses_is_not_shown(vision: Vision, media: MediaStore) -> None:
    looked = threading.Event()

    def develop() -> Picture:
        looked.set()
        return grey(90)

    strict = ClipMaker(LookCamera(vision), SafetyGate(threshold=0.0))
    async with showing(strict, media) as live:
        await film(live, [develop])
        await asyncio.to_thread(looked.wait, 60)
    assert await media.list("live") == []


async def test_a_store_that_takes_nothing_is_left_alone_until_it_does(
    maker: ClipMaker, media: MediaStore, tmp_path: Path
) -> None:
    blocked = tmp_path / "media" / "live"
    blocked.write_text("in the way")
    tried = threading.Event()

    def develop() -> Picture:
        tried.set()
        return grey(90)

    async with showing(maker, media) as live:
        await film(live, [develop])
        await asyncio.to_thread(tried.wait, 60)
        assert live.key is None
        blocked.unlink()
        await next_key(live, grey(50))


async def test_a_picture_that_cannot_be_made_ends_the_showing_and_nothing_else(
    maker: ClipMaker, media: MediaStore, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Picture:
        raise ValueError("no such shape")

    async with showing(maker, media) as live:
        await film(live, [broken])

        async def is_said() -> bool:
            return "shown no more" in caplog.text

        await until(is_said)
        await film(live, [lambda: grey(50)])
    assert await media.list("live") == []
