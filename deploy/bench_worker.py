"""Clips as people get them: asked for through a queue, and made by a worker's own loop.

What is measured is what stands between one film and the next: storing a clip, saying that it is
done, taking the next job, swapping its LoRA in.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from redis.asyncio import Redis
from torch import nn

from deploy import valkey
from deploy.bench_clocks import ClockedMaker, ClockedModels, Faceless, Times, watching_gpu
from deploy.bench_subjects import Subject, clear, room_for
from deploy.errors import CommandFailed
from deploy.polling import wait_until
from deploy.programs import Supervisor
from engine.effects.catalogue import Effect
from engine.effects.finishing import Finishing
from engine.effects.recipe_camera import RecipeCamera
from engine.effects.recipe_models import RecipeModels
from engine.effects.variants import RecipeVariant
from engine.jobs.connection import connect
from engine.jobs.job import Job, JobId, MediaKey, Succeeded, Variant, WorkerId
from engine.jobs.media.store import MediaStore, photo_key
from engine.jobs.order import Ability
from engine.jobs.outbox import Outbox
from engine.jobs.queue import JobQueue
from engine.pipelines.bases import Base, Bases, Gigabytes
from engine.pipelines.loaded import Loaded
from engine.pipelines.loras.lora import Lora
from engine.pipelines.loras.random_lora import write_random
from engine.pipelines.memory.device_memory import TorchMemory
from engine.pipelines.memory.profiles import Plan
from engine.video import jpeg
from engine.weights.hub.hashing import sha256_of
from engine.worker.ability import device_name
from engine.worker.bench import Bench
from engine.worker.loop import Worker
from engine.worker.metrics import WorkerMetrics
from engine.worker.pace import Measured

JOBS = 20
QUEUED = f"{JOBS} jobs through a worker"
_WARMING = 2
_LORA_RANK = 32
_BOT = "bench"
_LONGEST_S = 3600.0
_SOON = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """What was measured of jobs that were queued all at once.

    Attributes:
        clip_s: seconds from one clip to the next.
        busy: share of the time, 0..1, that the GPU worked as its driver says; where there is none,
            the share in which there was filming.
        dispatch_s: median seconds from a film being shot until the next one is begun.
        wake_s: seconds from a job being queued until an idle worker begins it.
        switch_s: seconds that swapping LoRAs took at most.
    """

    clip_s: float
    busy: float
    dispatch_s: float
    wake_s: float
    switch_s: float


def through_a_worker(
    subject: Subject, device: torch.device
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Have a worker make clips with a model; gives paths of the table, and what they took."""
    try:
        found = _measured(subject, device)
    except Exception as error:
        yield QUEUED, {"note": _why(error)}
        return
    if found is None:
        yield QUEUED, {"note": "the disk has not enough room"}
        return
    yield QUEUED, {"seconds": found.clip_s, "busy": found.busy, "timing": "measured"}
    between = {
        "dispatch": found.dispatch_s,
        "dispatch when idle": found.wake_s,
        "LoRA swap in a worker": found.switch_s,
    }
    for path, seconds in between.items():
        yield path, {"seconds": seconds, "timing": "measured"}


def _why(error: Exception) -> str:
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return (str(error).splitlines() or [type(error).__name__])[0]


def _measured(subject: Subject, device: torch.device) -> Queued | None:
    with TemporaryDirectory(prefix="zoetrope-") as name:
        folder = Path(name)
        loaded = subject.load(device)
        if not room_for(loaded, folder):
            return None
        base = _base(subject, loaded)
        recipes = _written(subject, loaded, folder / "models")
        del loaded
        clear(device)
        found = asyncio.run(_Trial(subject, base, recipes, device, folder).run(JOBS))
        clear(device)
        return found


def _base(subject: Subject, loaded: Loaded) -> Base:
    """Describe what is filmed with as it is, be it tiny."""
    parts = {
        name: sum(weights.numel() for weights in part.parameters()) * 2 / 1e9
        for name, part in loaded.pipeline.components.items()
        if isinstance(part, nn.Module)
    }
    denoiser = sum(parts.pop(name, 0.0) for name in loaded.family.denoisers)
    decoder = parts.pop("vae")
    take = subject.take
    return (
        Bases.built_in()
        .by_id[subject.name]
        .model_copy(
            update={
                "gb": Gigabytes(denoiser=denoiser, encoder=sum(parts.values()), decoder=decoder),
                "width": take.width,
                "height": take.height,
                "frames": take.frames,
            }
        )
    )


def _written(subject: Subject, loaded: Loaded, models: Path) -> list[RecipeVariant]:
    """Write weights and LoRAs as they are fetched, and the recipes that use them."""
    loaded.write(models / "bases" / subject.name)
    (models / "loras").mkdir()
    return [_recipe(name, subject, loaded, models / "loras") for name in ("one", "other")]


def _recipe(name: str, subject: Subject, loaded: Loaded, loras: Path) -> RecipeVariant:
    written = write_random(loaded, loras / f"{name}.safetensors", _LORA_RANK)
    sha256 = sha256_of(written)
    written.rename(loras / f"{sha256}.safetensors")
    return RecipeVariant.model_validate(
        {
            "name": name,
            "base": subject.name,
            "prompt": subject.take.prompt,
            "cost_s": 1.0,
            "frames": subject.take.frames,
            "steps": subject.few,
            "guidance": 1.0,
            "lora": [{"repo": f"bench/{name}", "sha256": sha256, "licence": "none"}],
        }
    )


class _Trial:
    """One worker with one model, and a queue of its own."""

    def __init__(
        self,
        subject: Subject,
        base: Base,
        recipes: Sequence[RecipeVariant],
        device: torch.device,
        folder: Path,
    ) -> None:
        self._subject = subject
        self._recipes = recipes
        self._device = device
        self._folder = folder
        self._bases = Bases({subject.name: base})
        self._times = Times()
        self._media = MediaStore.at(folder / "media")

    async def run(self, jobs: int) -> Queued:
        """Make some clips to have everything ready, then measure so many more."""
        async with self._queue() as redis:
            bench = self._bench(redis)
            worker, photos = Worker(WorkerId("bench"), bench), await self._photos()
            working = asyncio.create_task(worker.run())
            try:
                await self._make(bench, redis, "warming", _WARMING, photos)
                warm = len(self._times.films)
                begun = time.perf_counter()
                with watching_gpu(self._device) as seen:
                    await self._make(bench, redis, "measured", jobs, photos)
            finally:
                worker.stop()
                await working
        return self._found(begun, warm, seen)

    def _found(self, begun: float, warm: int, seen: Sequence[float]) -> Queued:
        shots, films = self._times.shots[warm:], self._times.films[warm:]
        whole = films[-1][1] - films[0][0]
        filming = sum(end - start for start, end in films) / whole
        return Queued(
            clip_s=(self._times.ends[-1][1] - shots[0][0]) / len(shots),
            busy=statistics.mean(seen) if seen else filming,
            dispatch_s=statistics.median(after[0] - before[1] for before, after in pairwise(shots)),
            wake_s=shots[0][0] - begun,
            switch_s=max(self._times.switches[1:], default=0.0),
        )

    async def _make(
        self, bench: Bench, redis: Redis, name: str, jobs: int, photos: tuple[MediaKey, ...]
    ) -> None:
        """Queue jobs, and wait until all of them are made."""
        for number in range(jobs):
            recipe = self._recipes[number % len(self._recipes)]
            await bench.queue.enqueue(_job(f"{name}{number}", number, recipe, photos))
        outbox, made = Outbox(redis, _BOT), 0
        async with asyncio.timeout(_LONGEST_S):
            while made < jobs:
                for entry in await outbox.entries(wait=_SOON):
                    if not isinstance(entry.outcome, Succeeded):
                        raise CommandFailed(f"{entry.job} was not made: {entry.outcome}")
                    await outbox.acknowledge(entry.entry)
                    made += 1

    def _bench(self, redis: Redis) -> Bench:
        memory = TorchMemory(self._device)
        models = RecipeModels(
            self._folder / "models", self._bases, self._recipes, memory, self._clock_switches
        )
        camera = RecipeCamera(
            ClockedModels(models, self._times), Faceless(self._device), self._bases, Finishing()
        )
        effect = _effect(self._recipes, photos=len(self._subject.take.pictures))
        return Bench(
            queue=JobQueue(redis),
            media=self._media,
            maker=ClockedMaker(camera, self._times),
            models=models,
            effects={effect.id: effect},
            ability=Ability(switch_s={}, device=device_name(str(self._device))),
            measured=Measured(),
            metrics=WorkerMetrics(WorkerId("bench")),
        )

    def _clock_switches(self, loaded: Loaded, _plan: Plan) -> None:
        slots, use = loaded.slots, loaded.slots.use

        def clocked(loras: Sequence[Lora]) -> None:
            is_other = list(loras) != slots.used
            begun = time.perf_counter()
            use(loras)
            if self._device.type == "cuda":
                torch.cuda.synchronize(self._device)
            if is_other:
                self._times.switches.append(time.perf_counter() - begun)

        slots.use = clocked

    async def _photos(self) -> tuple[MediaKey, ...]:
        keys: list[MediaKey] = []
        for picture in self._subject.take.pictures.values():
            keys.append(photo_key())
            await self._media.put(keys[-1], jpeg(picture))
        return tuple(keys)

    @asynccontextmanager
    async def _queue(self) -> AsyncIterator[Redis]:
        place = self._folder / valkey.FOLDER
        server = valkey.prepare(place)
        started = Supervisor(lambda _line: None).running(
            valkey.program(place, self._folder / "queue.log")
        )
        async with started:
            await wait_until(lambda: valkey.answers(server.url), within_s=30)
            redis = connect(server.url)
            try:
                yield redis
            finally:
                await redis.aclose()


def _job(name: str, seed: int, recipe: RecipeVariant, photos: tuple[MediaKey, ...]) -> Job:
    return Job(
        id=JobId(name),
        effect="bench",
        effect_version="1.0.0",
        variants=(Variant(name=recipe.name, needs=recipe.needs, cost_s=recipe.cost_s),),
        photos=photos,
        prompt="",
        seed=seed,
        bot=_BOT,
        person=f"p{seed}",
        place="here",
    )


def _effect(recipes: Sequence[RecipeVariant], *, photos: int) -> Effect:
    about = {"id": "bench", "version": "1.0.0", "title": {}, "summary": {}, "license": "none"}
    tables = [it.model_dump(by_alias=True, exclude_none=True) for it in recipes]
    return Effect.model_validate(
        {
            "schema": "effect/1",
            "effect": {**about, "photos": photos},
            "output": {"seconds": 5.0, "fps": 16},
            "variant": tables,
        }
    )
