"""One client's figures: each role is a process of its own, as bots and workers are."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer
from typing import IO

from benchmarks.queue.environments import Client, python_for
from benchmarks.queue.server import empty
from deploy.errors import CommandFailed

SLOTS = 16
PACE_PER_S = 100
PACE_SLOTS = 4
WARM_UP = 40
PATIENCE_S = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """How much is measured in each run."""

    jobs: int
    paced_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Jobs per second enqueued, and drained by 16 slots and by one; the wait for an idle worker."""

    enqueue_per_s: float
    drain16_per_s: float
    drain1_per_s: float
    start_p50_ms: float
    start_p99_ms: float


def measure(client: Client, url: str, workload: Workload) -> Figures:
    """Measure one client once.

    Raises:
        CommandFailed: its driver failed, or gave no answer in five minutes.
    """
    enqueued, drained = _drain(client, url, workload.jobs, SLOTS)
    start = _start(client, url, workload.paced_s)
    return Figures(
        enqueue_per_s=enqueued["per_s"],
        drain16_per_s=drained["per_s"],
        drain1_per_s=drain_with_one_slot(client, url, workload),
        start_p50_ms=start["p50_ms"],
        start_p99_ms=start["p99_ms"],
    )


def drain_with_one_slot(client: Client, url: str, workload: Workload) -> float:
    """Measure how many jobs per second a single slot gets through."""
    _, drained = _drain(client, url, workload.jobs // 2, 1)
    return drained["per_s"]


Answer = dict[str, float]


def _drain(client: Client, url: str, jobs: int, slots: int) -> tuple[Answer, Answer]:
    empty(url)
    with _driver(client, url, "enqueue", jobs) as producer:
        enqueued = _answer(client, producer)
    with _driver(client, url, "work", jobs, slots, 0) as worker:
        return enqueued, _answer(client, worker)


def _start(client: Client, url: str, paced_s: int) -> Answer:
    """Measure how soon a job starts when workers are idle; the first ones only warm them up."""
    empty(url)
    jobs = paced_s * PACE_PER_S
    with _driver(client, url, "enqueue", WARM_UP) as producer:
        _answer(client, producer)
    with _driver(client, url, "work", jobs, PACE_SLOTS, WARM_UP) as worker:
        _answer(client, worker)
        with _driver(client, url, "pace", jobs, PACE_PER_S):
            return _answer(client, worker)


@contextmanager
def _driver(client: Client, url: str, role: str, *numbers: int) -> Generator[IO[str]]:
    module = f"benchmarks.queue.clients.{client.driver}"
    command = [python_for(client), "-m", module, url, role, *map(str, numbers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    impatience = Timer(PATIENCE_S, process.kill)
    impatience.start()
    try:
        assert process.stdout is not None
        yield process.stdout
    finally:
        impatience.cancel()
        process.kill()
        process.communicate()


def _answer(client: Client, driver: IO[str]) -> Answer:
    line = driver.readline()
    if not line:
        raise CommandFailed(f"{client.name} lost a job or its driver failed; what it said is above")
    return json.loads(line)
