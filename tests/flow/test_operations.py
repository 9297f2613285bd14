"""Bot, worker and exporter as their operator sees them: health, metrics and logs of real processes.

They make one clip, fail at another, are sent nonsense, and then lose the queue. Everything that
people wrote or are, and every password, has `s3cr3t` in it.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from bots.chat import Person, PersonId, Place, PlaceId
from deploy.polling import wait_until
from deploy.ports import free_port
from engine.jobs.job import ClipFormat
from tests.fakes.photos import astronaut_jpeg
from tests.house import House, a_house
from tests.valkey import ValkeyProcess

SOON_S = 120
SECRET = "s3cr3t"
ME = Person(id=PersonId(f"web:{SECRET}-me"))
HERE = Place(id=PlaceId(f"web:{SECRET}-here"), local=True)
COMMANDS = {
    "bot": ("-m", "bots", "web"),
    "worker": ("-m", "engine"),
    "exporter": ("-m", "deploy", "exporter"),
}
NAMES = {
    "bot": {"vq_delivery_total", "vq_eta_error_seconds_count"},
    "worker": {
        "vq_wait_seconds_count",
        "vq_run_seconds_count",
        "vq_switch_seconds_total",
        "vq_worker_state",
    },
    "exporter": {
        "vq_jobs_enqueued_total",
        "vq_jobs_finished_total",
        "vq_claims_total",
        "vq_leases_expired_total",
        "vq_fenced_total",
        "vq_dead_total",
        "vq_outbox_lag_seconds",
        "vq_worker_state",
        "vq_redis_up",
    },
}
LABELS = {"class", "model", "outcome", "state", "why", "bot", "worker", "platform", "le"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an operator saw: by process its log, its metrics, and its readiness without a queue."""

    logs: Mapping[str, str]
    metrics: Mapping[str, str]
    troubles: Mapping[str, str]
    codes: Mapping[str, int]
    password: str


@dataclass(frozen=True, slots=True)
class Running:
    """One process and its operator's port."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def ask(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as got:
                return got.status, got.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    async def becomes(self, path: str, status: int) -> str:
        """Wait for an answer of this kind; what it says."""
        answers: list[str] = []

        async def answered() -> bool:
            found, said = await asyncio.to_thread(self.ask, path)
            answers.append(said)
            return found == status

        assert await wait_until(answered, within_s=SOON_S), (answers[-1], self.log.read_text())
        return answers[-1]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, weights_folder: Path) -> Generator[Seen]:
    folder = tmp_path_factory.mktemp("operations")
    queue = ValkeyProcess(folder / "valkey")
    with ExitStack() as stack:
        queue.start()
        stack.callback(queue.kill)
        running = {
            name: stack.enter_context(started(name, folder, queue.url, weights_folder))
            for name in COMMANDS
        }
        yield asyncio.run(observed(running, folder, queue))


@contextmanager
def started(name: str, folder: Path, redis_url: str, weights: Path) -> Generator[Running]:
    data, port, log = folder / "data", free_port(0), folder / f"{name}.log"
    data.mkdir(exist_ok=True)
    if not (data / "models").exists():
        (data / "models").symlink_to(weights)
    settings = {
        "ZOETROPE_DATA": str(data),
        "ZOETROPE_REDIS_URL": redis_url,
        "ZOETROPE_WEB_PORT": "0",
        "ZOETROPE_METRICS_PORT": str(port),
        "ZOETROPE_LOG": "json",
    }
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, *COMMANDS[name]],
            stdout=written,
            stderr=written,
            cwd=folder,
            env={**os.environ, **settings},
        )
    try:
        yield Running(process, port, log)
    finally:
        process.kill()
        process.wait()


async def observed(running: Mapping[str, Running], folder: Path, queue: ValkeyProcess) -> Seen:
    for one in running.values():
        await one.becomes("/readyz", 200)
    async with a_house(folder / "data", queue.url) as house:
        await work(house)
        await send_nonsense(house)
    # A delivery is recorded first, and counted then.
    assert await wait_until(partial(has_counted_deliveries, running["bot"], 2), within_s=SOON_S)
    metrics = {name: one.ask("/metrics")[1] for name, one in running.items()}
    queue.kill()
    troubles = {name: await one.becomes("/readyz", 503) for name, one in running.items()}
    for one in running.values():
        assert one.ask("/livez") == (200, "ok\n")
        one.process.terminate()
    return Seen(
        codes={name: one.process.wait(SOON_S) for name, one in running.items()},
        logs={name: one.log.read_text() for name, one in running.items()},
        metrics=metrics,
        troubles=troubles,
        password=urlsplit(queue.url).password or "",
    )


async def has_counted_deliveries(bot: Running, number: int) -> bool:
    _, text = await asyncio.to_thread(bot.ask, "/metrics")
    return sum(s.value for s in samples(text) if s.name == "vq_delivery_total") == number


def samples(text: str) -> list[Sample]:
    return [s for family in text_string_to_metric_families(text) for s in family.samples]


async def work(house: House) -> None:
    """Ask for a clip of a portrait and one of what is no photo, until both are answered."""
    # Nobody opened their messages, so these are posted at once.
    house.time.ahead = -timedelta(minutes=1)
    unreadable = await house.photo(ME)
    portrait = await house.photo(ME)
    await house.services.media.put(portrait, astronaut_jpeg())
    for photo in (portrait, unreadable):
        ask = await house.submitted(
            who=ME,
            where=HERE,
            effect="head_turn",
            prompt=f"{SECRET} wish",
            photos=(photo,),
            format=ClipFormat(size=128),
        )
        assert await wait_until(partial(house.is_delivered, ask.id), within_s=SOON_S)


async def send_nonsense(house: House) -> None:
    """Send what no process of ours would."""
    redis, pool = house.services.redis, "zoetrope:{main}:"
    await redis.publish(f"{pool}progress", json.dumps({"job": f"{SECRET} wish"}))
    await redis.zadd(f"{pool}workers", {"stranger": 1e15})
    await redis.hset(f"{pool}offers", "stranger", json.dumps({"prompt": f"{SECRET} wish"}))
    await redis.zrem(f"{pool}workers", "stranger")


def lines(seen: Seen) -> list[dict[str, object]]:
    return [json.loads(line) for log in seen.logs.values() for line in log.splitlines()]


def test_every_line_is_an_object_with_its_time_level_and_origin(seen: Seen) -> None:
    facts = {"time", "level", "event", "logger"}
    assert [line for line in lines(seen) if not facts <= {*line}] == []


def test_no_log_holds_what_people_wrote_or_are_or_a_password(seen: Seen) -> None:
    everything = "\n".join(seen.logs.values())

    assert "UnidentifiedImageError" in everything
    assert SECRET not in everything
    assert seen.password not in everything


def test_what_a_worker_says_of_a_job_names_it(seen: Seen) -> None:
    claimed = [line for line in lines(seen) if str(line["event"]).startswith("claimed as")]

    assert len(claimed) == 4
    assert all({"job", "worker", "attempt", "token", "model"} <= {*line} for line in claimed)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_process_serves_its_metrics(seen: Seen, name: str) -> None:
    served = samples(seen.metrics[name])

    assert NAMES[name] <= {sample.name for sample in served}
    ours = [sample for sample in served if sample.name.startswith("vq_")]
    assert {label for sample in ours for label in sample.labels} <= LABELS
    assert SECRET not in seen.metrics[name]


def test_metrics_count_what_happened(seen: Seen) -> None:
    exporter, worker = seen.metrics["exporter"], seen.metrics["worker"]

    of = 'class="free",model="look:head_turn"'
    assert f'vq_jobs_finished_total{{{of},state="succeeded"}} 1.0' in exporter
    assert f'vq_jobs_finished_total{{{of},state="failed"}} 1.0' in exporter
    assert 'vq_run_seconds_count{model="look:head_turn"} 1.0' in worker


@pytest.mark.parametrize("name", COMMANDS)
def test_a_process_without_its_queue_says_so_and_lives_on(seen: Seen, name: str) -> None:
    assert seen.troubles[name].startswith("queue: ")
    assert seen.codes[name] == 0
