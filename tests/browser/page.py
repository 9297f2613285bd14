"""A page in front of a house whose worker is the test itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from tests.browser.screen import Screen, a_screen, browser_path, driver_path
from tests.unit.bots.web_chat.web_house import WebHouse


@dataclass(frozen=True, slots=True)
class Page:
    """A page in front of somebody, and the house behind it."""

    web: WebHouse
    screen: Screen


def needs_chromium() -> None:
    """Skip a test where there is no browser."""
    if browser_path() is None or driver_path() is None:
        pytest.skip("Chromium and chromedriver are not installed")


@asynccontextmanager
async def a_page(web: WebHouse) -> AsyncGenerator[Page]:
    """Show the page of a house, as it is now, in a window of a desktop."""
    opening = a_screen()
    screen = await asyncio.to_thread(opening.__enter__)
    try:
        await asyncio.to_thread(screen.resize, 1280, 860)
        await asyncio.to_thread(screen.open, str(web.address))
        yield Page(web, screen)
    finally:
        await asyncio.to_thread(opening.__exit__, None, None, None)
