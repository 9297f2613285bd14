"""A worker whose maker hangs for good: the process ends, so that a new one can begin."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from redis.asyncio import Redis

from engine.jobs.job import JobId, JobState, MediaKey, Variant
from engine.jobs.media.store import MediaStore
from engine.jobs.queue import JobQueue
from tests.fakes.photos import astronaut_jpeg
from tests.job_samples import a_job
from tests.valkey import ValkeyProcess

SOON_S = 180
WITH_A_LOOK_THAT_HANGS = """
import sys, threading, types

look = types.ModuleType("engine.effects.head_turn.look")
look.head_turn = lambda scene, shot: threading.Event().wait()
sys.modules[look.__name__] = look

from engine.__main__ import main
sys.exit(main())
"""


async def test_a_worker_that_cannot_end_a_clip_ends_itself(
    tmp_path: Path, valkey: ValkeyProcess, redis: Redis, weights_folder: Path
) -> None:
    data, queue, photo = tmp_path / "data", JobQueue(redis), MediaKey(f"photos/{'a' * 32}.jpg")
    data.mkdir()
    (data / "models").symlink_to(weights_folder)
    await MediaStore.at(data / "media").put(photo, astronaut_jpeg())
    variants = (Variant(name="head_turn", needs="look:head_turn", cost_s=0.01),)
    await queue.enqueue(a_job("hangs", effect="head_turn", photos=(photo,), variants=variants))

    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WITH_A_LOOK_THAT_HANGS),
        cwd=tmp_path,
        stderr=PIPE,
        env={
            **os.environ,
            "ZOETROPE_DATA": str(data),
            "ZOETROPE_REDIS_URL": valkey.url,
            "ZOETROPE_STUCK_MINUTES": "0.02",
        },
    )
    try:
        async with asyncio.timeout(SOON_S):
            _, said = await worker.communicate()
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.communicate()

    assert worker.returncode == 70
    assert b"given up" in said
    assert await queue.state(JobId("hangs")) is JobState.QUEUED
