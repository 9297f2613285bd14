"""Whoever waits for something is woken whenever anything changes."""

from __future__ import annotations

import asyncio
import contextlib


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
