"""The same workload for every client: what its driver does when run as a program.

    python -m benchmarks.queue.clients.CLIENT_client URL enqueue JOBS
    python -m benchmarks.queue.clients.CLIENT_client URL pace JOBS PER_SECOND
    python -m benchmarks.queue.clients.CLIENT_client URL work JOBS SLOTS WARM_UP

Every job carries the moment of its enqueue call, so that its body can tell how long it took to
start: the monotonic clock is the machine's, the same in all processes. Each answer is a line of
JSON. This module runs in every client's environment, so it needs nothing but Python.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

SENDERS = 32

Body = Callable[[str], Awaitable[None]]


class Client(Protocol):
    """A job queue under test."""

    async def enqueue(self, stamp: str) -> None:
        """Put a job that does nothing in the queue; its body gets the stamp."""
        ...

    async def work(self, slots: int, body: Body) -> None:
        """Run jobs, this many at a time, until cancelled."""
        ...


Connect = Callable[[str], AbstractAsyncContextManager[Client]]


def drive(connect: Connect) -> None:
    """Do what the command line says."""
    logging.disable(logging.INFO)  # some clients write a line for each job
    url, role, *numbers = sys.argv[1:]
    asyncio.run(_ROLES[role](connect, url, [int(number) for number in numbers]))


async def _enqueue(connect: Connect, url: str, numbers: Sequence[int]) -> None:
    """Enqueue from many tasks as fast as they go."""
    [jobs] = numbers
    turns = iter(range(jobs))

    async def send(client: Client) -> None:
        for _ in turns:
            await client.enqueue(_stamp())

    async with connect(url) as client:
        start = time.monotonic()
        await asyncio.gather(*(send(client) for _ in range(SENDERS)))
        _say({"per_s": jobs / (time.monotonic() - start)})


async def _pace(connect: Connect, url: str, numbers: Sequence[int]) -> None:
    """Enqueue at a steady rate, whether or not earlier calls have come back."""
    jobs, per_second = numbers
    async with connect(url) as client, asyncio.TaskGroup() as calls:
        start = time.monotonic()
        for job in range(jobs):
            await asyncio.sleep(start + job / per_second - time.monotonic())
            calls.create_task(client.enqueue(_stamp()))
    _say({})


async def _work(connect: Connect, url: str, numbers: Sequence[int]) -> None:
    """Run jobs; say when the first `warm_up` are done, and how fast the others went."""
    jobs, slots, warm_up = numbers
    waits_ns, starts_ns = list[int](), list[int]()

    async def body(stamp: str) -> None:
        now = time.monotonic_ns()
        waits_ns.append(now - int(stamp))
        starts_ns.append(now)
        if len(starts_ns) == warm_up:
            _say({})
        if len(starts_ns) == warm_up + jobs:
            _say(_figures(waits_ns[warm_up:], starts_ns[warm_up:]))

    async with connect(url) as client:
        await client.work(slots, body)


def _figures(waits_ns: list[int], starts_ns: list[int]) -> dict[str, float]:
    waits = sorted(waits_ns)
    return {
        "per_s": (len(starts_ns) - 1) / (starts_ns[-1] - starts_ns[0]) * 1e9,
        "p50_ms": waits[len(waits) // 2] / 1e6,
        "p99_ms": waits[len(waits) * 99 // 100] / 1e6,
    }


def _stamp() -> str:
    return str(time.monotonic_ns())


def _say(answer: dict[str, float]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


_ROLES = {"enqueue": _enqueue, "pace": _pace, "work": _work}
