"""`python -m engine`: one worker process."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import uuid
from datetime import timedelta

from engine.errors import EngineError
from engine.jobs.errors import JobsError
from engine.jobs.settings import BadSetting
from engine.settings import EngineSettings
from engine.threads import limit_threads


def main() -> int:
    """Run a worker until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    try:
        settings = EngineSettings.read()
        limit_threads(settings.threads)
        asyncio.run(serve(settings))
    except (BadSetting, EngineError, JobsError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


async def serve(settings: EngineSettings) -> None:
    """Build a worker and run it; torch is imported here, after its threads are limited."""
    from engine.effects.catalogue import load_effects
    from engine.effects.maker import ClipMaker
    from engine.jobs.connection import connect
    from engine.jobs.job import WorkerId
    from engine.jobs.media import MediaStore
    from engine.jobs.presence import Presence
    from engine.jobs.queue import JobQueue
    from engine.worker.loop import Bench, Worker
    from engine.worker.pace import Measured
    from engine.worker.presence import keep_announcing, keep_reaping, publish_previews

    redis = connect(settings.redis_url)
    bench = Bench(
        queue=JobQueue(redis),
        media=MediaStore.at(settings.media),
        maker=ClipMaker.load(settings.models, device=settings.device, safety=settings.safety),
        effects=load_effects(),
        measured=Measured(),
    )
    name = WorkerId(f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:4]}")
    worker = Worker(name, bench, drain=timedelta(seconds=settings.drain_s))
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, worker.stop)
    cards = await publish_previews(bench.effects, bench.media)
    beside = [
        asyncio.create_task(keep_announcing(Presence(redis), name, cards, bench.measured)),
        asyncio.create_task(keep_reaping(bench.queue)),
    ]
    try:
        await worker.run()
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await redis.aclose()


if __name__ == "__main__":
    sys.exit(main())
