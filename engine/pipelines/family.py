"""What every family of generative models has in common.

A family is one file: which of diffusers' pipelines film from what, what they are called with, and
a checkpoint of it so small that everything can be tried on any machine.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from PIL import Image

from engine.pipelines.grid import Grid
from engine.pipelines.take import Footage, Frames, Mode, Picture, Sound, Take

if TYPE_CHECKING:
    from torch import Tensor  # takes a while, and listing families does not need it

Pipeline = Any
"""One of diffusers' pipelines: they share no type that says what they are called with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A kind of weights within a family, as in "photo to video".

    Attributes:
        pipelines: the class in diffusers that films from each thing these weights can begin from.
        tiny: makes such a checkpoint with random weights, for `TINY`.
        caches: whether diffusers can leave steps out: its pipelines say what they run a denoiser
            for, and its blocks take what others do.
    """

    pipelines: Mapping[Mode, str]
    tiny: Callable[[], Pipeline]
    caches: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiny:
    """How a tiny checkpoint is tried."""

    width: int = 64
    height: int = 64
    frames: int = 17
    fps: float = 16.0
    guidance: float = 4.0


class Family(ABC):
    """A family of models; each is one instance.

    Attributes:
        name: as it is called in recipes and on the terminal.
        grid: which shapes it can film.
        checkpoints: the kinds of weights there are, by name.
        denoisers: the networks that run once or more at every step, as the pipeline calls them.
        tiny: how its tiny checkpoints are tried.
        has_sound: whether a soundtrack comes with the frames.
        has_exact_vae: whether its autoencoder is used in 32 bits, as its authors do.
        is_compiled_whole: whether a block of its denoisers can be compiled in one piece.
    """

    name: ClassVar[str]
    grid: ClassVar[Grid]
    checkpoints: ClassVar[Mapping[str, Checkpoint]]
    denoisers: ClassVar[Sequence[str]] = ("transformer",)
    tiny: ClassVar[Tiny] = Tiny()
    has_sound: ClassVar[bool] = False
    has_exact_vae: ClassVar[bool] = False
    is_compiled_whole: ClassVar[bool] = True

    @abstractmethod
    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Say what a pipeline is called with for a take, besides `usual`."""

    def parts(self, folder: Path) -> dict[str, Any]:  # noqa: ARG002
        """Read out of a checkpoint's folder what diffusers would read in another way."""
        return {}

    def usual(self, take: Take) -> dict[str, Any]:
        """Say what nearly every pipeline is called with for a take."""
        return {
            "prompt": take.prompt,
            "negative_prompt": take.negative,
            "width": take.width,
            "height": take.height,
            "num_frames": take.frames,
            "num_inference_steps": take.steps,
            "guidance_scale": take.guidance,
        }

    def rounds(self, pipeline: Pipeline, take: Take) -> int:  # noqa: ARG002
        """Say how many times a pipeline goes through its scheduler's steps for a take."""
        return 1

    def middle(self, pipeline: Pipeline, take: Take, latents: Tensor) -> Tensor:  # noqa: ARG002
        """Find the latent picture in the middle of a film that is made, (channels, h, w)."""
        return latents[0, :, latents.shape[2] // 2]

    def footage(self, output: Any, take: Take) -> Footage:
        """Take the frames out of what a pipeline gives."""
        return Footage(frames=as_frames(output.frames), fps=take.fps)

    def sound(self, pipeline: Pipeline, output: Any) -> Sound | None:  # noqa: ARG002
        """Take the soundtrack out of what a pipeline gives, if there is one."""
        return None


def as_frames(video: Any) -> Frames:
    """Take the only video of a batch, (1, n, H, W, 3) in 0..1, as 8 bits a channel."""
    return np.rint(np.clip(np.asarray(video)[0], 0, 1) * 255).astype(np.uint8)


def as_sound(audio: Any, rate: int) -> Sound:
    """Take the only soundtrack of a batch, (1, channels, n)."""
    return Sound(samples=audio[0].float().cpu().numpy(), rate=rate)


def image(picture: Picture) -> Image.Image:
    """Give a picture as pipelines take it."""
    return Image.fromarray(picture)


def photo(take: Take) -> dict[str, Any]:
    """Say which picture a pipeline is called with, if a take begins with one."""
    return {"image": image(take.pictures[0])} if 0 in take.pictures else {}


def ends(take: Take) -> dict[str, Image.Image]:
    """Give the first and the last picture, where there are any, as Wan's pipelines take them."""
    names = {"image": 0, "last_image": take.frames - 1}
    return {name: image(take.pictures[at]) for name, at in names.items() if at in take.pictures}


def images(frames: Frames) -> list[Image.Image]:
    """Give frames as pipelines take them."""
    return [Image.fromarray(frame) for frame in frames]
