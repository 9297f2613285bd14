"""A camera that films and ends its films when a test says so, and a worker that has it."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from engine.effects.clock import Clock
from engine.effects.look import Frames
from engine.effects.look_camera import LookCamera
from engine.effects.maker import ClipMaker
from engine.effects.order import Order, Report, go_on
from engine.effects.reel import Camera, Reel
from engine.effects.variants import RecipeVariant
from engine.jobs.errors import Refused
from engine.jobs.job import Job, Variant
from engine.jobs.order import Ability
from engine.jobs.refusal import Refusal, RefusalCode
from engine.pipelines.preview import Show
from engine.pipelines.take import Picture
from engine.safety import OpenGate
from engine.vision.vision import Vision
from engine.worker.bench import Bench
from tests.unit.engine.worker.working import EFFECTS, job

FILM = RecipeVariant(name="film", base="tiny", prompt="It moves.", cost_s=1.0)
_POLL_S = 0.02
_SIDE = 64


@dataclass
class FilmSet:
    """Films two frames, the second of them when the film is finished; notes what happens in order.

    Films are told apart by their seeds. Those in `waiting` and `unfinished` wait for a test to take
    them out; those in `hanging` wait without telling anybody.
    """

    waiting: set[int] = field(default_factory=set[int])
    unfinished: set[int] = field(default_factory=set[int])
    hanging: threading.Event | None = None
    errors: dict[int, list[Exception]] = field(default_factory=lambda: defaultdict(list))
    happened: list[str] = field(default_factory=list[str])

    def shoot(self, order: Order, clock: Clock, report: Report, show: Show | None = None) -> Reel:
        return Reel(
            width=_SIDE,
            height=_SIDE,
            fps=8,
            frames=2,
            chunks=self._chunks(order.seed, report),
            shot=0.9,
            by="a test",
        )

    async def has(self, *events: str) -> bool:
        return set(events) <= set(self.happened)

    def _chunks(self, seed: int, report: Report) -> Iterator[Frames]:
        self.happened.append(f"films {seed}")
        for number in _while(self.waiting, seed):
            go_on(report, "rendering", min(0.8, number / 10_000))
        self.happened.append(f"shot {seed}")
        yield _frames(1, seed)
        self.happened.append(f"finishes {seed}")
        if self.hanging is not None:
            self.hanging.wait()
        for _ in _while(self.unfinished, seed):
            yield _frames(0, seed)
        if self.errors[seed]:
            raise self.errors[seed].pop()
        yield _frames(1, seed)
        self.happened.append(f"finished {seed}")


class Noted(LookCamera):
    """Has looks draw, and notes when."""

    def __init__(self, vision: Vision, happened: list[str]) -> None:
        super().__init__(vision)
        self._happened = happened

    def shoot(self, order: Order, clock: Clock, report: Report, show: Show | None = None) -> Reel:
        self._happened.append(f"draws {order.seed}")
        return super().shoot(order, clock, report, show)


class Strict(OpenGate):
    """Lets no film through that has one of these seeds."""

    def __init__(self, *seeds: int) -> None:
        self._seeds = seeds

    def check_clip(self, frames: Iterable[Picture]) -> None:
        if any(frame[0, 0, 0] in self._seeds for frame in frames):
            raise Refused(Refusal(RefusalCode.UNSAFE_CLIP))


def on_a_gpu(bench: Bench, films: Camera, looks: Camera, *, gate: OpenGate | None = None) -> Bench:
    """The same parts with a camera for models, on what is not a mere processor."""
    effect = EFFECTS["head_turn"]
    effect = effect.model_copy(update={"variants": (FILM, *effect.variants)})
    needs = [variant.needs for variant in effect.variants]
    return replace(
        bench,
        maker=ClipMaker(looks, gate or OpenGate(), films),
        effects={effect.id: effect},
        ability=Ability(switch_s=dict.fromkeys(needs, 0.0), device="a GPU"),
    )


def filmed(seed: int, *, batch_key: str = "") -> Job:
    """A job for a film."""
    variant = Variant(name=FILM.name, needs=FILM.needs, cost_s=1.0)
    return replace(job(f"job{seed}", batch_key=batch_key), seed=seed, variants=(variant,))


def _while(several: Collection[int], one: int) -> Iterator[int]:
    number = 0
    while one in several:
        threading.Event().wait(_POLL_S)
        yield (number := number + 1)


def _frames(count: int, seed: int) -> Frames:
    return np.full((count, _SIDE, _SIDE, 3), seed, np.uint8)
