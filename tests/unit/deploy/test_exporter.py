"""What `zoetrope exporter` says of a queue, its workers and the outboxes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from bots.metrics import BotMetrics
from deploy.exporter import QueueCollector
from engine.jobs.connection import connect
from engine.jobs.job import Variant, WorkerId
from engine.jobs.order import Ability, Caps
from engine.jobs.presence import Presence
from engine.jobs.queue import Beat, Claim, JobQueue
from engine.jobs.survey import LOOKED_AT
from engine.worker.metrics import WorkerMetrics
from tests.effect_cards import OFFER
from tests.job_samples import LOOK, OTHER_WORKER, WORKER, a_job, success

ROOT = Path(__file__).parents[3]
CAN = Ability(switch_s={LOOK: 0.0})
LONG = timedelta(minutes=5)
Scraped = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


async def scraped(redis: Redis, *, stuck_s: float = 300.0) -> Scraped:
    registry = CollectorRegistry()
    registry.register(QueueCollector(redis, stuck_s=stuck_s))
    families = await asyncio.to_thread(lambda: list(registry.collect()))
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def of(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    """A sample's name; `class_` stands for the label `class`."""
    return name, frozenset((label.rstrip("_"), value) for label, value in labels.items())


def costing(seconds: float) -> tuple[Variant, ...]:
    return (Variant(name="look", needs=LOOK, cost_s=seconds),)


async def claimed(queue: JobQueue, worker: WorkerId = WORKER) -> Claim:
    claim = await queue.claim(worker, CAN, nonce=worker)
    assert claim is not None
    return claim


async def test_what_waits_is_told_by_class_and_model(redis: Redis) -> None:
    queue = JobQueue(redis)
    paid = a_job(variants=costing(12.0), job_class="paid", person="p3")
    free = [a_job(variants=costing(s), person=f"p{s}") for s in (10.0, 11.0)]
    for job in (*free, paid, paid):
        await queue.enqueue(job)

    values = await scraped(redis)

    assert values[of("vq_backlog_jobs", class_="free", model=LOOK)] == 2
    assert values[of("vq_backlog_gpu_seconds", class_="free", model=LOOK)] == 21
    assert values[of("vq_backlog_gpu_seconds", class_="paid", model=LOOK)] == 12
    assert values[of("vq_jobs_enqueued_total", class_="paid", model=LOOK, outcome="dup")] == 1
    assert values[of("vq_jobs_enqueued_total", class_="free", model=LOOK, outcome="ok")] == 2
    assert 0 <= values[of("vq_oldest_ready_seconds", class_="free")] < 60


async def test_a_backlog_too_long_to_look_through_is_estimated(redis: Redis) -> None:
    await JobQueue(redis).enqueue(a_job("first", variants=costing(7.0)))
    pipeline = redis.pipeline(transaction=False)
    for number in range(2 * LOOKED_AT):
        pipeline.copy("zoetrope:{main}:job:first", f"zoetrope:{{main}}:job:copy{number}")
        pipeline.zadd("zoetrope:{main}:queued", {f"copy{number}": number})
    await pipeline.execute()

    values = await scraped(redis)

    assert values[of("vq_backlog_jobs", class_="free", model=LOOK)] == pytest.approx(4001)
    assert values[of("vq_backlog_gpu_seconds", class_="free", model=LOOK)] == pytest.approx(28007)


async def test_the_oldest_of_each_class_counts_from_when_a_worker_might_have_taken_it(
    redis: Redis,
) -> None:
    queue = JobQueue(redis)
    for name in ("first", "second", "parked"):
        await queue.enqueue(a_job(name), caps=Caps(person_running=2))
    hour_ago_ms = (await redis.time())[0] * 1000 - 3_600_000
    await redis.hset("zoetrope:{main}:job:second", "entered", hour_ago_ms)
    await redis.hset("zoetrope:{main}:job:parked", "created", 1)

    values = await scraped(redis)

    assert 3600 <= values[of("vq_oldest_ready_seconds", class_="free")] < 3700


async def test_what_became_of_jobs_is_counted(redis: Redis) -> None:
    queue = JobQueue(redis)
    await queue.enqueue(a_job())
    claim = await claimed(queue)
    assert await queue.finish(claim, success(claim.job))

    hasty = JobQueue(redis, lease=timedelta(0), max_attempts=1)
    await hasty.enqueue(a_job())
    lost = await claimed(hasty, OTHER_WORKER)
    await hasty.reap()
    assert await hasty.beat(lost) is Beat.LOST

    values = await scraped(redis)

    assert values[of("vq_jobs_finished_total", class_="free", model=LOOK, state="succeeded")] == 1
    assert values[of("vq_jobs_finished_total", class_="free", model=LOOK, state="failed")] == 1
    assert values[of("vq_claims_total", why="head")] == 2
    assert values[of("vq_leases_expired_total")] == 1
    assert values[of("vq_fenced_total")] == 1
    assert values[of("vq_dead_total")] == 1
    assert 0 <= values[of("vq_outbox_lag_seconds", bot="web")] < 60


async def test_workers_are_told_by_what_they_are_at(
    redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    queue, presence = JobQueue(redis), Presence(redis)
    for worker in (WORKER, OTHER_WORKER):
        await presence.announce(worker, OFFER, LONG)
    await queue.enqueue(a_job("hers", variants=costing(0.0)))
    await claimed(queue)

    usual, strict = await scraped(redis), await scraped(redis, stuck_s=0.0)

    assert usual[of("vq_worker_state", worker=WORKER, state="working")] == 1
    assert usual[of("vq_worker_state", worker=WORKER, state="stuck")] == 0
    assert usual[of("vq_worker_state", worker=OTHER_WORKER, state="idle")] == 1
    assert strict[of("vq_worker_state", worker=WORKER, state="stuck")] == 1
    assert f"worker {WORKER} is stuck" in caplog.text


async def test_a_long_job_is_not_stuck_before_three_times_its_time(redis: Redis) -> None:
    queue = JobQueue(redis)
    await Presence(redis).announce(WORKER, OFFER, LONG)
    await queue.enqueue(a_job(variants=costing(3600.0)))
    await claimed(queue)

    values = await scraped(redis, stuck_s=0.0)

    assert values[of("vq_worker_state", worker=WORKER, state="working")] == 1


async def test_a_job_that_ends_while_one_looks_is_left_out(redis: Redis) -> None:
    await JobQueue(redis).enqueue(a_job())
    await redis.zadd("zoetrope:{main}:leases", {"gone": 1})
    await redis.hset("zoetrope:{main}:job:gone", "state", "succeeded")

    values = await scraped(redis)

    assert values[of("vq_backlog_jobs", class_="free", model=LOOK)] == 1


async def test_while_redis_is_away_only_that_is_told() -> None:
    async with connect("redis://127.0.0.1:1/0") as nowhere:
        assert await scraped(nowhere) == {of("vq_redis_up"): 0}


async def test_no_label_holds_a_person_a_place_or_a_job(redis: Redis) -> None:
    queue = JobQueue(redis)
    secret = {"person": "her", "place": "there", "prompt": "her wish"}
    for name in ("mine", "yours"):
        await queue.enqueue(a_job(name, **secret))
    claim = await claimed(queue)
    await queue.finish(claim, success(claim.job))

    values = await scraped(redis)

    told = {value for _, labels in values for _, value in labels}
    assert not told & {*secret.values(), "mine", "yours", "person|her"}
    assert {label for _, labels in values for label, _ in labels} <= {
        "class", "model", "outcome", "state", "why", "bot", "worker",
    }  # fmt: skip


async def test_every_metric_that_an_alert_or_the_manual_names_exists(redis: Redis) -> None:
    exporter = CollectorRegistry()
    exporter.register(QueueCollector(redis, stuck_s=300.0))
    registries = (exporter, BotMetrics("web").registry, WorkerMetrics(WORKER).registry)
    families = await asyncio.to_thread(lambda: [f for one in registries for f in one.collect()])
    served = {
        f"{family.name}_total" if family.type == "counter" else family.name for family in families
    }

    for document in ("deploy/alerts.yml", "docs/operations.md"):
        named = set(re.findall(r"\bvq_\w+", (ROOT / document).read_text()))
        assert named
        assert named - served == set()
    assert {name for name in served if name.startswith("vq_")} <= named
