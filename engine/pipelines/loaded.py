"""A checkpoint in memory, ready to film."""

from __future__ import annotations

import inspect
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from engine.errors import CannotFilm
from engine.jobs.receipt import Held
from engine.pipelines import modular
from engine.pipelines.family import Checkpoint, Family, Pipeline
from engine.pipelines.libraries import diffusers
from engine.pipelines.preview import Show, previews
from engine.pipelines.take import Footage, Mode, Take
from engine.pipelines.watching import Watch, unwatched, watched


class Loaded:
    """The weights of a checkpoint, and the pipelines that share them.

    Attributes:
        slots: where LoRAs are swapped in and out, once it has any; they go when it goes.
        guided_until: the share of the steps, 0..1, after which the words lead no more.
        held: how it is held, once it is where it belongs.
    """

    def __init__(self, family: Family, checkpoint: Checkpoint, pipeline: Pipeline) -> None:
        self.family = family
        self.checkpoint = checkpoint
        self.pipeline = pipeline
        self.slots: Any = None
        self.guided_until = 1.0
        self.held: Held | None = None
        self._scheduler = pipeline.scheduler
        pipeline.set_progress_bar_config(disable=True)
        self._pipelines: dict[str, Pipeline] = {type(pipeline).__name__: pipeline}

    @classmethod
    def read(
        cls, family: Family, kind: str, folder: Path, *, dtype: torch.dtype = torch.float32
    ) -> Loaded:
        """Read a checkpoint from a folder; no hub is asked, and no code of it is run."""
        checkpoint = family.checkpoints[kind]
        dtypes = {"default": dtype} | ({"vae": torch.float32} if family.has_exact_vae else {})
        name = next(iter(checkpoint.pipelines.values()))
        if modular.is_modular(name):
            return cls(family, checkpoint, modular.read(name, folder, dtypes))
        parts = family.parts(folder)
        pipeline = diffusers.DiffusionPipeline.from_pretrained(
            folder,
            dtype=dtypes,
            local_files_only=True,
            use_safetensors=True,
            **dict.fromkeys(parts),  # given there, they would have to be of the classes it names
        )
        pipeline.register_modules(**parts)
        return cls(family, checkpoint, pipeline)

    def write(self, folder: Path) -> None:
        """Write the weights to a folder, from which they can be read."""
        if modular.is_modular(type(self.pipeline).__name__):
            modular.write(self.pipeline, folder)
        else:
            self.pipeline.save_pretrained(folder)

    @property
    def pipelines(self) -> list[Pipeline]:
        """All that film with these weights; whatever is changed in one is changed in each."""
        names = [type(self.pipeline).__name__, *self.checkpoint.pipelines.values()]
        return [self._named(name) for name in dict.fromkeys(names)]

    def film(self, take: Take, watch: Watch = unwatched, show: Show | None = None) -> Footage:
        """Film a take; the same one on the same machine gives the same frames.

        Where a pipeline lets it be seen, `show` is given what develops a picture after each step.

        Raises:
            CannotFilm: these weights cannot.
            Stopped: `watch` said so.
        """
        pipeline = self._for(take)
        # a family may change it for a take, and no take is to know what was filmed before it
        pipeline.scheduler = deepcopy(self._scheduler)
        called_with = self.family.usual(take) | self.family.arguments(pipeline, take)
        called_with |= self._always(take)
        if show is not None:
            called_with |= previews(self.family, pipeline, take, show)
        rounds = self.family.rounds(pipeline, take)
        # some autoencoders draw noise without asking for a generator
        torch.manual_seed(take.seed)
        with (
            torch.inference_mode(),
            watched(pipeline, self.family.denoisers, self._led(pipeline, watch), rounds=rounds),
        ):
            output = pipeline(**called_with)
        footage = self.family.footage(output, take)
        return replace(footage, sound=self.family.sound(pipeline, output))

    def _led(self, pipeline: Pipeline, watch: Watch) -> Watch:
        def look(fraction: float) -> bool:
            if fraction >= self.guided_until < 1:
                pipeline._guidance_scale = 1.0  # it is read anew at every step
            return watch(fraction)

        return look

    def _always(self, take: Take) -> dict[str, Any]:
        # numbers are drawn on the CPU, so that every device begins from the same noise
        return {"generator": torch.Generator("cpu").manual_seed(take.seed), "output_type": "np"}

    def _for(self, take: Take) -> Pipeline:
        """Find the pipeline for what a take begins from."""
        grid, mode = self.family.grid, take.mode
        if mode not in self.checkpoint.pipelines:
            raise CannotFilm(self.family.name, f"it cannot begin from {_NAMES[mode]}")
        if not grid.fits(take.width, take.height, take.frames):
            width, height, frames = grid.nearest(take.width, take.height, take.frames)
            shape = f"{take.width}x{take.height} with {take.frames} frames"
            raise CannotFilm(
                self.family.name, f"{shape} is no shape of it: {width}x{height}x{frames} is"
            )
        return self._named(self.checkpoint.pipelines[mode])

    def _named(self, name: str) -> Pipeline:
        if name not in self._pipelines:
            made = _sharing(getattr(diffusers, name), self.pipeline)
            made.set_progress_bar_config(disable=True)
            self._pipelines[name] = made
        return self._pipelines[name]


def _sharing(cls: Any, pipeline: Pipeline) -> Pipeline:
    """Make a pipeline of the same weights; diffusers' `from_pipe` casts them all to 32 bits."""
    known = {**pipeline.config, **pipeline.components}
    wanted = inspect.signature(cls.__init__).parameters
    return cls(**{name: known[name] for name in wanted if name in known})


_NAMES = {
    Mode.TEXT: "words alone",
    Mode.PHOTO: "a photo",
    Mode.ENDS: "a first and a last picture",
    Mode.KEYFRAMES: "pictures in between",
    Mode.EXTEND: "frames before it",
    Mode.MOTION: "another's motion",
}
