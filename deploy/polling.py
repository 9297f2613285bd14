"""Waiting for something that cannot tell when it has happened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

PAUSE_S = 0.1


async def wait_until(happened: Callable[[], Awaitable[bool]], *, within_s: float) -> bool:
    """Ask again and again; say whether it happened within the time."""
    try:
        async with asyncio.timeout(within_s):
            while not await happened():  # noqa: ASYNC110, there is no event to wait for
                await asyncio.sleep(PAUSE_S)
    except TimeoutError:
        return False
    return True
