"""How much is stored: asked at every ask, measured only now and then."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


class Usage:
    """The bytes a store holds, as measured at most `lasts_s` ago, and what was added since."""

    def __init__(self, measure: Callable[[], Awaitable[int]], *, lasts_s: float) -> None:
        self._measure = measure
        self._lasts_s = lasts_s
        self._bytes = 0
        self._measured_at = -lasts_s
        self._measuring = asyncio.Lock()

    def add(self, size: int) -> None:
        """Count what was just stored."""
        self._bytes += size

    async def bytes(self) -> int:
        """Say how many there are; whoever finds the number too old measures it for all."""
        if self._is_old() and not (self._is_known() and self._measuring.locked()):
            async with self._measuring:
                if self._is_old():
                    self._bytes = await self._measure()
                    self._measured_at = time.monotonic()
        return self._bytes

    def _is_known(self) -> bool:
        return self._measured_at > 0

    def _is_old(self) -> bool:
        return time.monotonic() - self._measured_at >= self._lasts_s
