"""A thread that does one thing at a time, and a place to wait for it."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from engine.errors import MakerStuck, Stopped
from engine.worker.hold import Hold

_LOOK_S = 0.5

T = TypeVar("T")


class Station:
    """One thread for good, as torch and OpenMP keep their buffers per thread."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._is_taken = asyncio.Lock()

    def close(self) -> None:
        """Let the thread go, as soon as it has nothing to do."""
        self._thread.shutdown(wait=False)

    @asynccontextmanager
    async def taken(self, hold: Hold) -> AsyncGenerator[None]:
        """Have it for one clip, once nobody else has; it stays taken where its thread is lost.

        Raises:
            Stopped: `hold.stop` says why.
        """
        with hold.pace.paused():
            await self._take(hold)
        try:
            yield
        except MakerStuck:
            raise
        except BaseException:
            self._is_taken.release()
            raise
        else:
            self._is_taken.release()

    def begin(self, act: Callable[[], T]) -> asyncio.Future[T]:
        """Have something done by the thread."""
        run = contextvars.copy_context().run
        return asyncio.get_running_loop().run_in_executor(self._thread, run, act)

    async def _take(self, hold: Hold) -> None:
        while True:
            try:
                async with asyncio.timeout(_LOOK_S):
                    await self._is_taken.acquire()
                return
            except TimeoutError:
                if hold.stop is not None:
                    raise Stopped from None
