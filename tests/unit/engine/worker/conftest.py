"""What a worker works with: Valkey, a media folder, the nets, every effect."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from engine.effects.look_camera import LookCamera
from engine.effects.maker import ClipMaker
from engine.jobs.job import WorkerId
from engine.jobs.media.store import MediaStore
from engine.jobs.queue import JobQueue
from engine.safety import OpenGate
from engine.vision.vision import Vision
from engine.worker.bench import Bench
from engine.worker.metrics import WorkerMetrics
from engine.worker.pace import Measured
from tests.fakes.photos import astronaut_jpeg
from tests.unit.engine.worker.working import ABILITY, EFFECTS, PHOTO


@pytest.fixture
async def bench(redis: Redis, media: MediaStore, vision: Vision) -> Bench:
    await media.put(PHOTO, astronaut_jpeg())
    return Bench(
        queue=JobQueue(redis),
        media=media,
        maker=ClipMaker(LookCamera(vision), OpenGate()),
        effects=EFFECTS,
        ability=ABILITY,
        measured=Measured(),
        metrics=WorkerMetrics(WorkerId("w1")),
    )
