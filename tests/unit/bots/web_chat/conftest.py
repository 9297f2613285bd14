"""A web chat and a browser, for every test of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from PIL import Image
from redis.asyncio import Redis
from skimage.data import astronaut

from tests.fakes.images import encoded
from tests.unit.bots.web_chat.web_house import Browser, WebHouse, a_web_house
from tests.valkey import ValkeyProcess


@pytest.fixture
async def web(tmp_path: Path, valkey: ValkeyProcess, redis: Redis) -> AsyncGenerator[WebHouse]:
    """A web chat on loopback, which nobody has visited."""
    async with a_web_house(tmp_path, valkey.url) as web:
        yield web


@pytest.fixture
async def browser(web: WebHouse) -> AsyncGenerator[Browser]:
    """A browser that is through the door."""
    async with web.browser() as browser:
        assert (await browser.knock()).status == 200
        yield browser


@pytest.fixture
async def stranger(web: WebHouse) -> AsyncGenerator[Browser]:
    """Someone else's browser, through the door as well."""
    async with web.browser() as browser:
        assert (await browser.knock()).status == 200
        yield browser


@pytest.fixture(scope="session")
def selfie() -> bytes:
    """A photo of someone."""
    return encoded(Image.fromarray(astronaut()), "JPEG", quality=80)
