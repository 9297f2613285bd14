"""What `zoetrope doctor` says of the workers."""

from __future__ import annotations

from datetime import timedelta

from redis.asyncio import Redis

from deploy.doctor.finding import Finding
from deploy.doctor.workers import look_at_workers
from engine.jobs.job import Variant
from engine.jobs.order import Ability
from engine.jobs.presence import Presence
from engine.jobs.queue import JobQueue
from engine.settings import EngineSettings
from tests.effect_cards import OFFER
from tests.job_samples import LOOK, OTHER_WORKER, WORKER, a_job
from tests.valkey import ValkeyProcess

LONG = timedelta(minutes=5)


async def found(valkey: ValkeyProcess, **settings: float) -> list[Finding]:
    return await look_at_workers(
        EngineSettings(redis_url=valkey.url, **settings)  # pyright: ignore[reportArgumentType]
    )


async def test_jobs_that_nobody_is_there_for_are_reported(
    valkey: ValkeyProcess, redis: Redis
) -> None:
    (before,) = await found(valkey)
    await JobQueue(redis).enqueue(a_job())
    (after,) = await found(valkey)

    assert (before.found, before.mend) == ("none alive", "")
    assert after.found == "none alive, and 1 jobs wait"
    assert "zoetrope worker" in after.mend


async def test_a_worker_that_gets_nowhere_is_reported(valkey: ValkeyProcess, redis: Redis) -> None:
    queue, presence = JobQueue(redis), Presence(redis)
    for worker in (WORKER, OTHER_WORKER):
        await presence.announce(worker, OFFER, LONG)
    await queue.enqueue(a_job("hers", variants=(Variant(name="look", needs=LOOK, cost_s=0.0),)))
    await queue.claim(WORKER, Ability(switch_s={LOOK: 0.0}), nonce="n")

    (fine,) = await found(valkey)
    workers, stuck = await found(valkey, stuck_minutes=1e-9)

    assert fine == Finding(what="workers", found="2 alive: 1 idle, 1 working")
    assert workers.found == "2 alive: 1 idle, 1 stuck"
    assert f"{WORKER} is stuck: no progress for 0 min on hers" in stuck.found
    assert stuck.mend


async def test_a_queue_that_is_away_is_not_reported_twice() -> None:
    assert await look_at_workers(EngineSettings(redis_url="redis://127.0.0.1:1/0")) == []
