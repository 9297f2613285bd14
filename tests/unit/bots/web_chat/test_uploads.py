"""Photos coming in, good and bad."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.fakes.images import encoded, halves
from tests.unit.bots.web_chat.web_house import Browser, WebHouse, a_web_house
from tests.valkey import ValkeyProcess

FORTY_MB = 40_000_000


async def stored(web: WebHouse) -> int:
    return len(await web.services.media.list("photos"))


async def in_pieces(size: int) -> AsyncGenerator[bytes]:
    for _ in range(size // 100_000):
        yield bytes(100_000)


async def test_a_photo_is_kept_for_whoever_sent_it(
    browser: Browser, stranger: Browser, selfie: bytes
) -> None:
    key = await browser.upload(selfie)

    mine, theirs = await browser.show(key), await stranger.show(key)

    assert (mine.status, mine.headers["Content-Type"]) == (200, "image/jpeg")
    assert theirs.status == 404


async def test_an_animated_picture_counts_as_its_first_frame(browser: Browser) -> None:
    frames = [halves(), halves(), halves()]
    gif = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])

    assert (await browser.upload(gif)).startswith("photos/")


async def test_a_file_that_is_too_large_is_refused_whether_or_not_it_says_so(
    web: WebHouse, browser: Browser
) -> None:
    for file in (io.BytesIO(bytes(FORTY_MB)), in_pieces(FORTY_MB)):
        answer = await browser.post("/photos", file)

        assert answer.status == 413
        assert answer.json()["text"].startswith("This photo is too large a file: at most 20 MB")
    assert await stored(web) == 0


async def test_a_bad_photo_gets_a_sentence_and_leaves_nothing(
    web: WebHouse, browser: Browser
) -> None:
    sentences = {
        b"": "This file is not a picture I can read.",
        b"#!/bin/sh": "This file is not a picture I can read.",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>": "This file is not a picture I can read.",
        encoded(halves(), "JPEG")[:-400]: "Part of this photo is missing",
        encoded(halves(1, 1), "PNG"): "This photo is too small",
    }
    for photo, sentence in sentences.items():
        answer = await browser.post("/photos", photo)

        assert answer.status == 422
        assert answer.json()["text"].startswith(sentence)
    assert await stored(web) == 0


async def test_sentences_come_in_the_visitors_language(web: WebHouse) -> None:
    async with web.browser(**{"Accept-Language": "zh"}) as browser:
        await browser.knock()
        answer = await browser.post("/photos", b"nothing")

    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.json()["text"])


async def test_a_line_lost_half_way_leaves_nothing(
    web: WebHouse, browser: Browser, selfie: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection(web.address.host, web.address.port)
    head = (
        f"POST /photos HTTP/1.1\r\nHost: {web.address.authority}\r\nOrigin: {web.address}\r\n"
        f"Cookie: {browser.cookie}\r\nContent-Length: {len(selfie)}\r\n\r\n"
    )
    writer.write(head.encode() + selfie[:1000])
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    assert await browser.upload(selfie)
    assert await stored(web) == 1
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_full_disk_gets_a_sentence(
    tmp_path: Path, valkey: ValkeyProcess, redis: Redis, selfie: bytes
) -> None:
    async with (
        a_web_house(tmp_path, valkey.url, media_gb=1e-6) as web,
        web.browser() as browser,
    ):
        await browser.knock()
        await web.house.photo()
        await web.services.media.put(await web.house.photo(), bytes(2000))

        answer = await browser.post("/photos", selfie)

    assert answer.json()["text"].startswith("There is no room for new clips right now.")
