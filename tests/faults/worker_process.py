"""`python -m tests.faults.worker_process NAME`: a worker as it is, but for its device."""

from __future__ import annotations

import asyncio
import logging
import sys
from datetime import timedelta

from engine.effects.catalogue import load_effects
from engine.jobs.connection import connect
from engine.jobs.job import WorkerId
from engine.jobs.media.store import MediaStore
from engine.jobs.presence import Presence
from engine.jobs.queue import JobQueue
from engine.settings import EngineSettings
from engine.worker.ability import ability_of
from engine.worker.bench import Bench
from engine.worker.loop import Worker
from engine.worker.metrics import WorkerMetrics
from engine.worker.pace import Measured
from engine.worker.presence import keep_announcing, keep_reaping, publish_previews
from tests.faults.device import FakeDevice
from tests.faults.work import Record

LEASE = timedelta(seconds=5)


async def serve(name: WorkerId, settings: EngineSettings) -> None:
    """Work until killed."""
    redis, effects = connect(settings.redis_url), load_effects()
    bench = Bench(
        queue=JobQueue(redis, lease=LEASE),
        media=MediaStore.at(settings.media),
        maker=FakeDevice(name, Record(settings.folder)),
        effects=effects,
        ability=ability_of(effects, "cpu"),
        measured=Measured(),
        metrics=WorkerMetrics(name),
    )
    cards = await publish_previews(effects, bench.media, bench.ability)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(keep_announcing(Presence(redis), name, cards, bench.measured))
        tasks.create_task(keep_reaping(bench.queue))
        tasks.create_task(Worker(name, bench).run())


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    asyncio.run(serve(WorkerId(sys.argv[1]), EngineSettings.read()))
