"""`python -m engine`: one worker process."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from redis.asyncio import Redis

from engine.errors import EngineError, MakerStuck
from engine.jobs.connection import connect
from engine.jobs.errors import JobsError
from engine.jobs.job import WorkerId
from engine.jobs.logs import bound, set_up_logs
from engine.jobs.presence import Presence
from engine.jobs.settings import BadSetting
from engine.jobs.telemetry.health import Health, NotReady
from engine.jobs.telemetry.server import serving_as_set
from engine.settings import EngineSettings
from engine.threads import limit_threads
from engine.worker.metrics import WorkerMetrics
from engine.worker.presence import Showcase, keep_announcing, keep_reaping

if TYPE_CHECKING:
    from engine.worker.bench import Bench  # imports torch

CANNOT_START = 2
STUCK = 70  # a program's own fault, by the numbers of sysexits.h

log = logging.getLogger("engine")


def main() -> int:
    """Run a worker until SIGTERM or SIGINT."""
    try:
        settings = EngineSettings.read()
        set_up_logs(settings.log)
        limit_threads(settings.threads, among=len(settings.devices))
        asyncio.run(serve(settings))
    except MakerStuck as stuck:
        log.critical("%s: the process ends, and whatever keeps it running starts another", stuck)
        logging.shutdown()
        os._exit(STUCK)  # an exit would wait for the thread that is stuck
    except (BadSetting, EngineError, JobsError) as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT_START
    return 0


async def serve(settings: EngineSettings) -> None:
    """Build a worker and run it."""
    name = WorkerId(f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:4]}")
    redis, metrics, loaded = connect(settings.redis_url), WorkerMetrics(name), asyncio.Event()
    health = Health(
        {"queue": Presence(redis).live_workers, "effects": partial(_must_be_loaded, loaded)}
    )
    try:
        async with serving_as_set(settings, metrics.registry, health):
            with bound(worker=name):
                bench = await asyncio.to_thread(_load, settings, redis, metrics)
                showcase = Showcase(bench)
                await showcase.begin()
                loaded.set()
                async with _beside(name, bench, redis, showcase):
                    await _work(name, bench, settings)
    finally:
        await redis.aclose()


async def _must_be_loaded(loaded: asyncio.Event) -> None:
    if not loaded.is_set():
        raise NotReady("they are still being loaded")


def _load(settings: EngineSettings, redis: Redis, metrics: WorkerMetrics) -> Bench:
    """Load the nets and the effects; torch is imported here, after its threads are limited."""
    from engine.effects.outfit import outfit
    from engine.effects.versions import Versions
    from engine.jobs.media.store import MediaStore
    from engine.jobs.queue import JobQueue
    from engine.worker.ability import ability_of
    from engine.worker.bench import Bench
    from engine.worker.pace import Measured

    effects = Versions(settings.effects)
    outfitted = outfit(settings, effects)
    return Bench(
        queue=JobQueue(redis, order=settings.order),
        media=MediaStore.at(settings.media),
        maker=outfitted.maker,
        models=outfitted.models,
        effects=effects,
        look_again=partial(outfitted.look_again, effects),
        ability=ability_of(effects, settings.device),
        measured=Measured(),
        metrics=metrics,
    )


async def _work(name: WorkerId, bench: Bench, settings: EngineSettings) -> None:
    from engine.worker.bench import Patience
    from engine.worker.loop import Worker

    patience = Patience(drain_s=settings.drain_s, stuck_s=settings.stuck_s)
    worker = Worker(name, bench, patience=patience, batch=settings.batch)
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, worker.stop)
    await worker.run()


@asynccontextmanager
async def _beside(
    name: WorkerId, bench: Bench, redis: Redis, showcase: Showcase
) -> AsyncGenerator[None]:
    """Say what the worker offers, and put lost jobs back, for as long as the block runs."""
    tasks = [
        asyncio.create_task(keep_announcing(Presence(redis), name, showcase)),
        asyncio.create_task(keep_reaping(bench.queue)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


if __name__ == "__main__":
    sys.exit(main())
