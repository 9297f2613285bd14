"""saq: as its own worker runs it, with a timeout that a job of minutes needs."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from saq import Queue, Worker  # pyright: ignore[reportMissingImports]

from benchmarks.queue.driver import Body, drive


class Saq:
    """A queue on BLMOVE."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    async def enqueue(self, stamp: str) -> None:
        """Put a job that does nothing in the queue."""
        await self._queue.enqueue("noop", stamp=stamp, timeout=600)

    async def work(self, slots: int, body: Body) -> None:
        """Run jobs until cancelled."""

        async def noop(_: object, *, stamp: str) -> None:
            await body(stamp)

        await Worker(self._queue, [("noop", noop)], concurrency=slots).start()


@asynccontextmanager
async def connect(url: str) -> AsyncGenerator[Saq]:
    """Reach the server."""
    queue = Queue.from_url(url)
    try:
        yield Saq(queue)
    finally:
        await queue.disconnect()


if __name__ == "__main__":
    drive(connect)
