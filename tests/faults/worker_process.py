"""`python -m tests.faults.worker_process NAME [films]`: a worker as it is, but for its device.

One that films serves what models make, and leaves it to others to draw. It has a GPU, as far as it
knows, so that it finishes one clip while it films the next.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from datetime import timedelta

from engine.effects.catalogue import Effect, load_effects
from engine.jobs.connection import connect
from engine.jobs.job import WorkerId
from engine.jobs.media.store import MediaStore
from engine.jobs.order import Ability
from engine.jobs.presence import Presence
from engine.jobs.queue import JobQueue
from engine.settings import EngineSettings
from engine.worker.ability import ability_of
from engine.worker.bench import Bench
from engine.worker.loop import Worker
from engine.worker.metrics import WorkerMetrics
from engine.worker.pace import Measured
from engine.worker.presence import Showcase, keep_announcing, keep_reaping
from tests.faults.device import FakeDevice
from tests.faults.work import Record

LEASE = timedelta(seconds=5)


class Unmeasured(Measured):
    """Has clips cost what their effects declare: this device films as quickly as it draws."""

    def add(self, kind: str, seconds: float) -> None:
        """Forget how long a clip took."""


def films_of(effects: Mapping[str, Effect]) -> Ability:
    """Say what a worker can do that has every model."""
    needs = {variant.needs for effect in effects.values() for variant in effect.recipes}
    return Ability(switch_s=dict.fromkeys(sorted(needs), 0.0), device="a GPU")


async def serve(name: WorkerId, settings: EngineSettings, *, films: bool) -> None:
    """Work until killed."""
    redis, effects = connect(settings.redis_url), load_effects()
    bench = Bench(
        queue=JobQueue(redis, lease=LEASE),
        media=MediaStore.at(settings.media),
        maker=FakeDevice(name, Record(settings.folder)),
        effects=effects,
        ability=films_of(effects) if films else ability_of(effects, "cpu"),
        measured=Unmeasured(),
        metrics=WorkerMetrics(name),
    )
    showcase = Showcase(bench)
    await showcase.begin()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(keep_announcing(Presence(redis), name, showcase))
        tasks.create_task(keep_reaping(bench.queue))
        tasks.create_task(Worker(name, bench).run())


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    is_films = sys.argv[2:] == ["films"]
    asyncio.run(serve(WorkerId(sys.argv[1]), EngineSettings.read(), films=is_films))
