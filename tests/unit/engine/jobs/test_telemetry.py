"""The operator's port: what it answers while all is well, and while the loop or a part is not."""

from __future__ import annotations

import asyncio
import time
import urllib.error
import urllib.request
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import pytest
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from deploy.polling import wait_until
from engine.jobs.errors import QueueUnavailable
from engine.jobs.settings import BadSetting
from engine.jobs.telemetry.health import Check, Health
from engine.jobs.telemetry.server import serving

HOST = "127.0.0.1"


def ask(port: int, path: str, method: str = "GET") -> tuple[int, str]:
    request = urllib.request.Request(f"http://{HOST}:{port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@asynccontextmanager
async def served(*, patience_s: float = 30.0, **checks: Check) -> AsyncGenerator[int]:
    health = Health(checks, lives_s=patience_s, answer_s=patience_s)
    registry = CollectorRegistry()
    Counter("vq_claims", "Claims.", ["why"], registry=registry).labels("head").inc()
    async with serving(registry, health, host=HOST, port=0) as port:
        yield port


async def fine() -> int:
    return 3


async def away() -> None:
    raise QueueUnavailable("Error 111 connecting to redis://:hush@queue:6379.")


async def lasting() -> None:
    await asyncio.sleep(3600)


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/readyz?verbose"])
async def test_a_process_that_works_is_alive_and_ready(path: str) -> None:
    async with served(queue=fine) as port:
        assert await asyncio.to_thread(ask, port, path) == (200, "ok\n")
        assert await asyncio.to_thread(ask, port, path, "HEAD") == (200, "")


async def test_metrics_are_served_as_prometheus_reads_them() -> None:
    async with served() as port:
        status, text = await asyncio.to_thread(ask, port, "/metrics")

    assert status == 200
    assert 'vq_claims_total{why="head"} 1.0' in text


async def test_anything_else_is_not_there() -> None:
    async with served() as port:
        assert (await asyncio.to_thread(ask, port, "/"))[0] == 404


async def test_what_cannot_be_reached_is_said_without_its_password() -> None:
    async with served(database=fine, queue=away) as port:
        status, why = await asyncio.to_thread(ask, port, "/readyz")
        alive, _ = await asyncio.to_thread(ask, port, "/livez")

    assert (status, alive) == (503, 200)
    assert why == "queue: Error 111 connecting to redis://...@queue:6379.\n"


async def test_a_check_that_takes_too_long_counts_as_failed() -> None:
    async with served(queue=lasting, patience_s=0.1) as port:
        status, why = await asyncio.to_thread(ask, port, "/readyz")

    assert (status, why) == (503, "no answer in 0.1 s\n")


async def test_a_loop_that_stands_still_is_dead() -> None:
    async with served(queue=fine, patience_s=1.5) as port:
        with ThreadPoolExecutor(1) as pool:
            # this is what stands still, until somebody has noticed
            why = pool.submit(why_dead, port).result()
        alive = await wait_until(lambda: is_alive(port), within_s=30)

    assert why.startswith("the event loop stands still for ")
    assert alive


def why_dead(port: int) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        status, why = ask(port, "/livez")
        if status == 503:
            return why
    return "nobody noticed"


async def is_alive(port: int) -> bool:
    return await asyncio.to_thread(ask, port, "/livez") == (200, "ok\n")


class Broken(Collector):
    def collect(self) -> Iterator[Metric]:
        raise LookupError("nothing to say")

    def describe(self) -> Iterator[Metric]:
        return iter(())


async def test_a_failure_to_answer_is_logged_and_the_next_question_answered(
    caplog: pytest.LogCaptureFixture,
) -> None:
    registry = CollectorRegistry()
    registry.register(Broken())
    async with serving(registry, Health({}), host=HOST, port=0) as port:
        with pytest.raises(OSError, match="closed connection"):
            await asyncio.to_thread(ask, port, "/metrics")
        assert (await asyncio.to_thread(ask, port, "/livez"))[0] == 200

    assert "nothing to say" in caplog.text


async def test_a_port_that_is_taken_is_one_sentence() -> None:
    async with served() as port:
        with pytest.raises(BadSetting, match=rf"METRICS_PORT: 127\.0\.0\.1:{port} cannot be"):
            async with serving(CollectorRegistry(), Health({}), host=HOST, port=port):
                pass
