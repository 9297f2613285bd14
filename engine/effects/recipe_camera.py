"""Films by a recipe: a generative model, told what to film in words and by photos."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

import numpy as np

from engine.effects.clock import Clock
from engine.effects.finishing import Finish, Finishing
from engine.effects.framing import check_not_too_large, film_size
from engine.effects.motion import read_motion
from engine.effects.order import Order, Report, go_on
from engine.effects.params import settle
from engine.effects.provenance import model_used
from engine.effects.recipe_parts import stepping_of
from engine.effects.reel import Reel
from engine.effects.shots import SHORTEST_S, lengths, shots_in
from engine.effects.variants import WORDS, RecipeVariant
from engine.jobs.length import legs, seconds_in
from engine.jobs.receipt import ModelUsed
from engine.pipelines.bases import Base, Bases
from engine.pipelines.families import family
from engine.pipelines.longer.script import Script
from engine.pipelines.preview import Show
from engine.pipelines.take import Footage, Frames, Picture, Sound, Take
from engine.pipelines.watching import Watch
from engine.vision.crop import widest_crop
from engine.vision.vision import Vision
from engine.weights.hub.hashing import sha256_of

_CHUNK = 8
_DECODED = 0.9
"""How far a film is when its last step is done."""


class Models(Protocol):
    """Whoever has the models that recipes are made by."""

    def film(
        self, recipe: RecipeVariant, script: Script, watch: Watch, show: Show | None = None
    ) -> Footage:
        """Film a script with a recipe's base, and its LoRAs and no others in it.

        Raises:
            WeightsMissing: something of it is not fetched.
            CannotFilm: it is no base for this device, or for this script.
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

    def shoot(self, order: Order, clock: Clock, report: Report, show: Show | None = None) -> Reel:
        """Prepare the photos, and begin; `show` is given pictures of what is being filmed.

        Raises:
            Refused: an option cannot be accepted, or a photo is missing.
            Stopped: `report` said so.
        """
        recipe = order.variant
        if not isinstance(recipe, RecipeVariant):
            raise TypeError(f"{recipe.name} is no recipe")
        go_on(report, "preparing", 0.0)
        base = self._bases.by_id[recipe.base]
        with clock.prepare:
            script = self._script(order, recipe, base)
        take = script.first
        longest = max(take.width, take.height)
        finish = self._finishing.plan(
            smooth=recipe.smooth, longest=longest, wanted=order.format.size
        )
        motion = order.effect.motion_of(recipe)
        moved_by = sha256_of(motion) if motion else None
        shooting = _Shooting(self._models, recipe, script, finish, report, show, moved_by)
        width, height = finish.size(take.width, take.height)
        return Reel(
            width=width,
            height=height,
            fps=round(take.fps * finish.smooth),
            frames=finish.frames(script.frames),
            chunks=shooting.chunks(),
            sound=shooting.sound,
            shot=_DECODED,
            by=f"{base.title}, {take.steps} steps",
            model=partial(shooting.model, base),
            device=self._vision.device,
        )

    def _script(self, order: Order, recipe: RecipeVariant, base: Base) -> Script:
        """Say what is filmed: one shot, but where words tell of several and there is time."""
        take = self._take(order, recipe, base)
        longest = recipe.longest or max(base.frames, recipe.frames or 0)
        most = 1
        if take.frames > longest and recipe.takes_words and len(take.pictures) <= 1:
            most = int(take.frames / take.fps / SHORTEST_S)
        told = shots_in(order.prompt, most)
        shots = [
            replace(take, prompt=_worded(order, recipe.prompt, words), frames=frames)
            for words, frames in zip(told, lengths(take.frames, len(told)), strict=True)
        ]
        later = [replace(shot, pictures={}) for shot in shots[1:]]
        return Script(shots=(shots[0], *later), longest=longest)

    def _take(self, order: Order, recipe: RecipeVariant, base: Base) -> Take:
        """Say what is filmed if it is a single shot, but for the words."""
        check_not_too_large(order.format)
        photos = order.needed
        grid = family(base.family).grid
        shape = (photos[0].shape[1], photos[0].shape[0]) if photos else None
        width, height = film_size(shape, order.format.aspect, (base.width, base.height), grid.side)
        stepping = stepping_of(recipe, base)
        frames = order.frames or _frames(order, len(photos), recipe, base)
        return Take(
            prompt="",
            negative=recipe.negative,
            width=width,
            height=height,
            frames=frames,
            fps=base.fps,
            steps=stepping.steps,
            guidance=stepping.guidance,
            shift=stepping.shift,
            seed=order.seed,
            pictures=self._pictures(photos, width, height, frames),
            motion=_motion(order, recipe, base, frames=frames, side=max(width, height)),
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


def _frames(order: Order, photos: int, recipe: RecipeVariant, base: Base) -> int:
    """Count the frames of a film that is as long as its options and its photos say.

    It has one more than the steps from frame to frame, as models film them.
    """
    effect = order.effect
    seconds = seconds_in(settle(effect.params, order.params), effect.output.seconds)
    is_usual = seconds == effect.output.seconds
    usual = (recipe.frames or base.frames) - 1
    steps = usual if is_usual else seconds * base.fps
    return round(steps * legs(photos, effect.about.photos)) + 1


def _motion(
    order: Order, recipe: RecipeVariant, base: Base, *, frames: int, side: int
) -> Frames | None:
    """Read what a film moves as, if that is anything."""
    path = order.effect.motion_of(recipe)
    return None if path is None else read_motion(path, fps=base.fps, frames=frames, side=side)


def _worded(order: Order, template: str, words: str) -> str:
    """Fill a prompt in with the options and the words of whoever asks."""
    chosen = settle(order.effect.params, order.params)
    return template.format_map({**chosen, WORDS: words})


@dataclass(slots=True)
class _Shooting:
    """A script being filmed: a model has no frame before it has all of them."""

    models: Models
    recipe: RecipeVariant
    script: Script
    finish: Finish
    report: Report
    show: Show | None
    moved_by: str | None
    _footage: Footage | None = field(default=None, init=False)

    def chunks(self) -> Iterator[Frames]:
        """Film, and give the frames."""
        footage = self.models.film(self.recipe, self.script, self._watch, self.show)
        self._footage = footage
        # the last frame of a piece begins the next one, so that nothing is left out in between
        for start in range(0, max(1, len(footage.frames) - 1), _CHUNK):
            done = self.finish.applied(footage.frames[start : start + _CHUNK + 1])
            yield np.ascontiguousarray(done if start == 0 else done[1:])

    def sound(self) -> Sound | None:
        """Give what was recorded with it."""
        return self._footage.sound if self._footage else None

    def model(self, base: Base) -> ModelUsed:
        """Say exactly what filmed it."""
        weights = self._footage.weights if self._footage else None
        return model_used(
            self.recipe, base, self.script, self.finish.smooth, weights, motion=self.moved_by
        )

    def _watch(self, fraction: float) -> bool:
        return self.report("rendering", fraction * _DECODED)
