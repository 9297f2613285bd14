"""A worker process that films on two devices, with another that films along; the CPU twice here."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import torch
from redis.asyncio import Redis

from deploy.polling import wait_until
from engine.jobs.job import ClipFormat, Job, JobId, JobState, MediaKey, Variant
from engine.jobs.media.store import MediaStore, clip_keys
from engine.jobs.queue import JobQueue
from engine.pipelines.families import family
from tests.fakes.photos import astronaut_jpeg
from tests.job_samples import a_job
from tests.processes import children, ends, is_running
from tests.valkey import ValkeyProcess

SOON_S = 180
PHOTO = MediaKey(f"photos/{'a' * 32}.jpg")
WITH_A_TINY_BASE = """
import sys
from engine.pipelines.bases import Base, Bases

tiny = Base.model_validate({
    "title": "Tiny", "family": "wan2.1", "checkpoint": "photo", "repo": "tests/tiny",
    "licence": "Apache-2.0", "gb": {"denoiser": 0.1, "encoder": 0.1, "decoder": 0.1},
    "width": 64, "height": 64, "frames": 9, "fps": 16, "steps": 2, "guidance": 1.0,
})
Bases.built_in = classmethod(lambda cls: cls({"tiny": tiny}))

from engine.__main__ import main
sys.exit(main())
"""
EFFECT = """
schema = "effect/1"

[effect]
id = "melting"
version = "1.0.0"
title = { en = "Melting", zh = "融化" }
summary = { en = "Everything melts.", zh = "一切都在融化。" }
phrases = ["melt me", "melt this away", "让我融化", "全部融化"]
tags = ["test"]
photos = 1
license = "Apache-2.0"

[output]
seconds = 1.0
fps = 16

[[variant]]
name = "melting"
base = "tiny"
prompt = "it melts"
cost_s = 1.0

[[variant]]
name = "slowly"
extends = "melting"
steps = 100
"""


@pytest.fixture
async def data(tmp_path: Path, weights_folder: Path) -> Path:
    """A data folder with an effect of its own, and what that is made by."""
    data = tmp_path / "data"
    models, effect = data / "models", data / "effects" / "melting" / "effect.toml"
    models.mkdir(parents=True)
    for file in weights_folder.iterdir():
        if file.name != "bases":
            (models / file.name).symlink_to(file)
    effect.parent.mkdir(parents=True)
    effect.write_text(EFFECT, encoding="utf-8")
    torch.manual_seed(0)
    family("wan2.1").checkpoints["photo"].tiny().save_pretrained(models / "bases" / "tiny")
    await MediaStore.at(data / "media").put(PHOTO, astronaut_jpeg())
    return data


def asked(name: str, variant: str) -> Job:
    made_by = Variant(name=variant, needs="model:tiny", cost_s=1.0, frames=9)
    return a_job(
        name,
        effect="melting",
        effect_version="1.0.0",
        photos=(PHOTO,),
        variants=(made_by,),
        format=ClipFormat(size=64),
    )


@asynccontextmanager
async def a_worker(data: Path, queue_url: str) -> AsyncGenerator[tuple[Process, int]]:
    """Run a worker; with the process that films along, which is not there afterwards."""
    here = {
        "ZOETROPE_DATA": str(data),
        "ZOETROPE_REDIS_URL": queue_url,
        "ZOETROPE_DEVICE": "cpu+cpu",
        "ZOETROPE_SAFETY": "false",
        "TMPDIR": str(data.parent),
    }
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WITH_A_TINY_BASE), env={**os.environ, **here}, stderr=PIPE
    )
    found: list[int] = []

    async def is_there() -> bool:
        rows = children(worker.pid)
        found.extend(pid for pid, command in rows if "engine.effects.group" in command)
        return bool(found)

    try:
        assert await wait_until(is_there, within_s=SOON_S)
        yield worker, found[0]
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.communicate()
    assert await ends(found[0])
    assert not any(data.parent.glob("zoetrope-group-*"))


async def is_filming(queue: JobQueue, job: str) -> bool:
    progress = await queue.last_progress(JobId(job))
    return progress is not None and progress.stage == "rendering" and progress.fraction > 0.2


async def test_a_worker_on_two_devices_makes_clips_and_ends_with_all_it_started(
    data: Path, valkey: ValkeyProcess, redis: Redis
) -> None:
    queue = JobQueue(redis)
    await queue.enqueue(asked("melts", "melting"))
    async with a_worker(data, valkey.url) as (worker, follower):

        async def is_made() -> bool:
            return await queue.state(JobId("melts")) is JobState.SUCCEEDED

        assert await wait_until(is_made, within_s=SOON_S)
        clip = await MediaStore.at(data / "media").get(clip_keys(JobId("melts")).video)
        assert clip[4:8] == b"ftyp"
        assert is_running(follower)

        worker.terminate()

        _, said = await worker.communicate()
        assert worker.returncode == 0, said.decode()
        assert b"filmed on one device alone" not in said
        assert not is_running(follower)


async def test_a_worker_whose_follower_is_killed_gives_its_job_back_and_ends(
    data: Path, valkey: ValkeyProcess, redis: Redis
) -> None:
    queue = JobQueue(redis)
    await queue.enqueue(asked("melts", "slowly"))
    async with a_worker(data, valkey.url) as (worker, follower):
        assert await wait_until(lambda: is_filming(queue, "melts"), within_s=SOON_S)

        os.kill(follower, signal.SIGKILL)

        async with asyncio.timeout(SOON_S):
            _, said = await worker.communicate()
        assert worker.returncode == 70
        last = said.decode().splitlines()[-1]
        assert "what films along on cpu has ended: the process ends" in last
        assert await queue.state(JobId("melts")) is JobState.QUEUED


async def test_nothing_films_along_with_a_worker_that_was_killed(
    data: Path, valkey: ValkeyProcess, redis: Redis
) -> None:
    queue = JobQueue(redis)
    await queue.enqueue(asked("melts", "slowly"))
    async with a_worker(data, valkey.url) as (worker, follower):
        assert await wait_until(lambda: is_filming(queue, "melts"), within_s=SOON_S)

        worker.kill()

        await worker.communicate()
        assert await ends(follower)
