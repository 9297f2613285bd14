"""Whoever waits for something is woken whenever anything changes."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
_LOOK_AGAIN_S = 0.1  # what a test waits for may be elsewhere than here


class Changes:
    """A bell."""

    def __init__(self) -> None:
        self._bell = asyncio.Event()

    def announce(self) -> None:
        """Wake everyone who waits now."""
        self._bell.set()
        self._bell = asyncio.Event()

    async def wait(self, within_s: float) -> None:
        """Return at the next change, or when the time is over."""
        bell = self._bell
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await bell.wait()

    async def until(
        self, condition: Callable[[], Found | None], *, within_s: float, shown: Callable[[], str]
    ) -> Found:
        """Wait until something is so, and give what the condition gave.

        Raises:
            AssertionError: it never was; says what there is to see.
        """
        end = time.monotonic() + within_s
        while not (found := condition()):
            left = end - time.monotonic()
            assert left > 0, f"not within {within_s} s; there is:\n{shown()}"
            await self.wait(min(left, _LOOK_AGAIN_S))
        return found
