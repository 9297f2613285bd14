"""Films by a recipe: a generative model, told what to film in words and by photos."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from engine.effects.clock import Clock
from engine.effects.finishing import Finish, Finishing
from engine.effects.framing import check_not_too_large, film_size
from engine.effects.order import Order, Report, go_on
from engine.effects.params import settle
from engine.effects.reel import Reel
from engine.effects.variants import WORDS, RecipeVariant
from engine.pipelines.bases import Base, Bases
from engine.pipelines.families import family
from engine.pipelines.take import Footage, Frames, Picture, Sound, Take
from engine.pipelines.watching import Watch
from engine.vision.crop import widest_crop
from engine.vision.vision import Vision

_CHUNK = 8
_DECODED = 0.9
"""How far a film is when its last step is done."""


class Models(Protocol):
    """Whoever has the models that recipes are made by."""

    def film(self, recipe: RecipeVariant, take: Take, watch: Watch) -> Footage:
        """Film a take with a recipe's base, and its LoRAs and no others in it.

        Raises:
            WeightsMissing: something of it is not fetched.
            CannotFilm: it is no base for this device, or for this take.
            OutOfMemory: it does not fit on the device.
            Stopped: `watch` said so.
        """
        ...


class RecipeCamera:
    """Frames photos, words a prompt, and has a model film them."""

    def __init__(self, models: Models, vision: Vision, bases: Bases, finishing: Finishing) -> None:
        self._models = models
        self._finishing = finishing
        self._vision = vision
        self._bases = bases

    def shoot(self, order: Order, clock: Clock, report: Report) -> Reel:
        """Prepare the photos, and begin.

        Raises:
            Refused: an option cannot be accepted, or a photo is missing.
            Stopped: `report` said so.
        """
        recipe = order.variant
        if not isinstance(recipe, RecipeVariant):
            raise TypeError(f"{recipe.name} is no recipe")
        go_on(report, "preparing", 0.0)
        with clock.prepare:
            take = self._take(order, recipe, self._bases.by_id[recipe.base])
        longest = max(take.width, take.height)
        finish = self._finishing.plan(
            smooth=recipe.smooth, longest=longest, wanted=order.format.size
        )
        shooting = _Shooting(self._models, recipe, take, finish, report)
        width, height = finish.size(take.width, take.height)
        return Reel(
            width=width,
            height=height,
            fps=round(take.fps * finish.smooth),
            frames=finish.frames(take.frames),
            chunks=shooting.chunks(),
            sound=shooting.sound,
            shot=_DECODED,
            by=f"{self._bases.by_id[recipe.base].title}, {take.steps} steps",
        )

    def _take(self, order: Order, recipe: RecipeVariant, base: Base) -> Take:
        """Say what is filmed."""
        check_not_too_large(order.format)
        photos = order.needed
        grid = family(base.family).grid
        shape = (photos[0].shape[1], photos[0].shape[0]) if photos else None
        width, height = film_size(shape, order.format.aspect, (base.width, base.height), grid.side)
        stepping = base.stepping(recipe.steps if recipe.distilled else None)
        *_, frames = grid.nearest(width, height, order.frames or recipe.frames or base.frames)
        return Take(
            prompt=_worded(order, recipe.prompt),
            negative=recipe.negative,
            width=width,
            height=height,
            frames=frames,
            fps=base.fps,
            steps=recipe.steps or stepping.steps,
            guidance=stepping.guidance if recipe.guidance is None else recipe.guidance,
            shift=recipe.shift or stepping.shift,
            seed=order.seed,
            pictures=self._pictures(photos, width, height, frames),
        )

    def _pictures(
        self, photos: Sequence[Picture], width: int, height: int, frames: int
    ) -> Mapping[int, Picture]:
        """Spread photos over the frames, the first at the beginning and the last at the end."""
        if len(photos) == 1:
            return {0: self._framed(photos[0], width, height)}
        return {
            round(number * (frames - 1) / (len(photos) - 1)): self._framed(photo, width, height)
            for number, photo in enumerate(photos)
        }

    def _framed(self, photo: Picture, width: int, height: int) -> Picture:
        """Cut a photo to size, about the biggest face in it."""
        faces = self._vision.faces(photo)
        middle = faces[0].landmarks[:, :2].mean(0) if faces else None
        return widest_crop(photo, middle, width, height).pixels(photo)


def _worded(order: Order, template: str) -> str:
    """Fill a prompt in with the options and the words of whoever asks."""
    chosen = settle(order.effect.params, order.params)
    return template.format_map({**chosen, WORDS: " ".join(order.prompt.split())})


@dataclass(slots=True)
class _Shooting:
    """A take being filmed: a model has no frame before it has all of them."""

    models: Models
    recipe: RecipeVariant
    take: Take
    finish: Finish
    report: Report
    _footage: Footage | None = field(default=None, init=False)

    def chunks(self) -> Iterator[Frames]:
        """Film, and give the frames."""
        footage = self._footage = self.models.film(self.recipe, self.take, self._watch)
        # the last frame of a piece begins the next one, so that nothing is left out in between
        for start in range(0, max(1, len(footage.frames) - 1), _CHUNK):
            done = self.finish.applied(footage.frames[start : start + _CHUNK + 1])
            yield np.ascontiguousarray(done if start == 0 else done[1:])

    def sound(self) -> Sound | None:
        """Give what was recorded with it."""
        return self._footage.sound if self._footage else None

    def _watch(self, fraction: float) -> bool:
        return self.report("rendering", fraction * _DECODED)
