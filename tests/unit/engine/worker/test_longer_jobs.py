"""Jobs of several takes: as long as asked, through all photos, and stopped in any take."""

from __future__ import annotations

import threading
from dataclasses import replace

from redis.asyncio import Redis

from engine.effects.catalogue import Effect
from engine.effects.finishing import Finishing
from engine.effects.look_camera import LookCamera
from engine.effects.maker import ClipMaker
from engine.effects.params import IntParam
from engine.effects.recipe_camera import Models, RecipeCamera
from engine.effects.variants import RecipeVariant
from engine.jobs.job import Cancelled, Job, JobId, Succeeded, Variant
from engine.jobs.order import Ability
from engine.pipelines.longer.script import Script
from engine.pipelines.preview import Show
from engine.pipelines.take import Footage
from engine.pipelines.watching import Watch
from engine.safety import OpenGate
from engine.vision.vision import Vision
from engine.worker.bench import Bench
from tests.unit.engine.effects.tiny_models import BASES, TinyModels
from tests.unit.engine.worker.working import EFFECTS, PHOTO, job, outcome, until, working

SECONDS = IntParam(kind="int", minimum=1, maximum=60, default=3, label={"en": "Seconds"})
FILM = RecipeVariant(name="film", base="photo", prompt="{prompt}", cost_s=1.0, frames=9, steps=3)


class WaitingToBeStopped:
    """Models that film, and in the second of two takes wait until they are stopped."""

    def __init__(self) -> None:
        self.in_second = threading.Event()
        self.told: list[float] = []
        self._own = TinyModels()
        self._never = threading.Event()

    def film(
        self, recipe: RecipeVariant, script: Script, watch: Watch, show: Show | None = None
    ) -> Footage:
        def patient(fraction: float) -> bool:
            self.told.append(fraction)
            if fraction > 0.6:
                self.in_second.set()
                while watch(fraction):
                    self._never.wait(0.05)
            return watch(fraction)

        return self._own.film(recipe, script, patient, show)


def equipped(bench: Bench, vision: Vision, models: Models, effect: Effect) -> Bench:
    """The same parts, with an effect that is made by these models."""
    camera = RecipeCamera(models, vision, BASES, Finishing())
    return replace(
        bench,
        maker=ClipMaker(LookCamera(vision), OpenGate(), camera),
        effects={effect.id: effect},
        ability=Ability(switch_s={variant.needs: 0.0 for variant in effect.recipes}),
    )


def filmed(effect: str, film: RecipeVariant) -> Effect:
    """A shipped effect, by a tiny base."""
    return EFFECTS[effect].model_copy(update={"variants": (film,), "params": {"seconds": SECONDS}})


def asked(effect: Effect, *, photos: int, seconds: int) -> Job:
    film = effect.recipes[0]
    return replace(
        job(),
        effect=effect.id,
        effect_version=effect.about.version,
        variants=(Variant(name=film.name, needs=film.needs, cost_s=1.0, frames=9),),
        photos=(PHOTO,) * photos,
        params={"seconds": seconds},
    )


async def test_a_longer_film_is_stopped_in_a_later_take_when_its_job_is_cancelled(
    bench: Bench, redis: Redis, vision: Vision
) -> None:
    models, animate = WaitingToBeStopped(), filmed("animate", FILM)
    bench = equipped(bench, vision, models, animate)

    async def is_in_second() -> bool:
        return models.in_second.is_set()

    await bench.queue.enqueue(asked(animate, photos=1, seconds=1))
    async with working(bench):
        await until(is_in_second)
        await bench.queue.cancel(JobId("job1"))
        assert isinstance(await outcome(redis), Cancelled)
    assert 0.6 < models.told[-1] < 1
    assert models.told == sorted(models.told)


async def test_a_job_of_seven_photos_leads_through_all_of_them(
    bench: Bench, redis: Redis, vision: Vision
) -> None:
    models = TinyModels()
    journey = filmed("journey", FILM.model_copy(update={"base": "two_ends"}))
    bench = equipped(bench, vision, models, journey)
    await bench.queue.enqueue(asked(journey, photos=7, seconds=1))
    async with working(bench):
        done = await outcome(redis)
    assert isinstance(done, Succeeded)
    assert len(models.last.pictures) == 7
    assert done.clip.seconds == (6 * 8 + 1) / 8
