"""taskiq on streams, one job at a time: none of minutes may wait for a worker that is busy."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from taskiq.api import run_receiver_task  # pyright: ignore[reportMissingImports]
from taskiq_redis import (  # pyright: ignore[reportMissingImports]
    RedisAsyncResultBackend,
    RedisStreamBroker,
)

from benchmarks.queue.driver import Body, drive


class Taskiq:
    """A queue on streams; results are kept, as the other clients keep theirs."""

    def __init__(self, url: str, at_a_time: int) -> None:
        broker = RedisStreamBroker(url, xread_count=at_a_time)
        self.broker = broker.with_result_backend(RedisAsyncResultBackend(url))
        self._noop = self.broker.task(task_name="noop")(_nothing)

    async def enqueue(self, stamp: str) -> None:
        """Put a job that does nothing in the queue."""
        await self._noop.kiq(stamp)

    async def work(self, slots: int, body: Body) -> None:
        """Run jobs until cancelled."""

        async def noop(stamp: str) -> None:
            await body(stamp)

        self.broker.task(task_name="noop")(noop)
        await run_receiver_task(self.broker, max_async_tasks=slots, validate_params=False)


async def _nothing(stamp: str) -> None: ...


@asynccontextmanager
async def connect(url: str, at_a_time: int = 1) -> AsyncGenerator[Taskiq]:
    """Reach the server."""
    client = Taskiq(url, at_a_time)
    await client.broker.startup()
    try:
        yield client
    finally:
        await client.broker.shutdown()


if __name__ == "__main__":
    drive(connect)
