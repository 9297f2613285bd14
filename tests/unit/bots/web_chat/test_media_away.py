"""A house whose media are in a bucket, which is away now and then."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from redis.asyncio import Redis

from engine.jobs.errors import Refused
from engine.jobs.job import MediaKey
from engine.jobs.refusal import RefusalCode
from tests.fakes.s3 import FakeS3
from tests.unit.bots.web_chat.web_house import Browser, WebHouse, a_web_house
from tests.valkey import ValkeyProcess


@pytest.fixture
async def web(
    tmp_path: Path, valkey: ValkeyProcess, redis: Redis, s3: FakeS3
) -> AsyncGenerator[WebHouse]:
    async with a_web_house(tmp_path, valkey.url, **s3.settings()) as web:
        yield web


async def test_a_photo_goes_into_the_bucket_and_comes_out(
    browser: Browser, s3: FakeS3, selfie: bytes
) -> None:
    key = await browser.upload(selfie)
    assert [name for name in s3.objects if name.endswith(key)] == [f"zoetrope/{key}"]
    assert (await browser.show(MediaKey(key))).body == s3.objects[f"zoetrope/{key}"][0]


async def test_while_the_bucket_is_away_people_are_asked_to_try_later(
    web: WebHouse, browser: Browser, s3: FakeS3, selfie: bytes
) -> None:
    key = MediaKey(await browser.upload(selfie))
    ask = await web.house.ask()
    s3.failing = (503, "SlowDown")
    with pytest.raises(Refused) as refused:
        await web.services.studio.submit(ask)
    assert refused.value.refusal.code is RefusalCode.TRY_LATER
    assert await web.services.journal.get(ask.id) is None
    shown = await browser.show(key)
    assert shown.status == 503

    s3.failing = None
    assert (await web.services.studio.submit(ask)).new
    assert (await browser.show(key)).status == 200


async def test_a_clip_is_cut_short_when_the_bucket_goes_while_it_is_sent(
    web: WebHouse, browser: Browser, s3: FakeS3, selfie: bytes
) -> None:
    key = await browser.upload(selfie)
    more_than_a_socket_holds = bytes(64_000_000)
    s3.objects[f"zoetrope/{key}"] = (more_than_a_socket_holds, datetime.now(UTC))
    cookie = {"Cookie": browser.cookie}
    async with aiohttp.request("GET", web.address / f"media/{key}", headers=cookie) as answer:
        assert answer.status == 200
        await answer.content.readexactly(1)
        s3.failing = (503, "SlowDown")
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.content.read()
