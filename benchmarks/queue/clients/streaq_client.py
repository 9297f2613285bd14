"""streaq: with its defaults, which fetch as many jobs ahead as there are slots."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from streaq import Worker  # pyright: ignore[reportMissingImports]

from benchmarks.queue.driver import Body, drive


class Streaq:
    """A queue on streams, over coredis."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.worker = Worker(redis_url=url, handle_signals=False)
        self._noop = self.worker.task(name="noop")(_nothing)

    async def enqueue(self, stamp: str) -> None:
        """Put a job that does nothing in the queue."""
        await self._noop.enqueue(stamp)

    async def work(self, slots: int, body: Body) -> None:
        """Run jobs until cancelled."""

        async def noop(stamp: str) -> None:
            await body(stamp)

        worker = Worker(redis_url=self._url, concurrency=slots, handle_signals=False)
        worker.task(name="noop")(noop)
        await worker.run_async()


async def _nothing(stamp: str) -> None: ...


@asynccontextmanager
async def connect(url: str) -> AsyncGenerator[Streaq]:
    """Reach the server."""
    client = Streaq(url)
    async with client.worker:
        yield client


if __name__ == "__main__":
    drive(connect)
