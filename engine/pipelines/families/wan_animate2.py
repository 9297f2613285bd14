"""Wan-Animate-2: who is in a photo moves as somebody else does in a film."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from math import ceil
from typing import Any, ClassVar

import numpy as np
import torch
from torch.nn.attention.flex_attention import create_block_mask

from engine.errors import CannotFilm
from engine.pipelines.family import Checkpoint, Pipeline, Tiny, images, photo
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers
from engine.pipelines.modular import OfBlocks, put_together
from engine.pipelines.shift import set_shift
from engine.pipelines.take import Frames, Mode, Take
from engine.pipelines.tiny import encoders, tokenizers, wan, wan_animate2

_PIPELINE = "WanAnimate2ModularPipeline"


def _mask(*positional: Any, device: torch.device, **named: Any) -> Any:
    return create_block_mask(
        *positional, device=device, **named | {"_compile": device.type != "cpu"}
    )


# it draws a bar at each segment, and cannot be told not to
_denoising: Any = import_module("diffusers.modular_pipelines.wan_animate_2.denoise")
_denoising.tqdm = partial(_denoising.tqdm, disable=True)
# it compiles what makes its masks, for which a CPU may have no compiler
_network: Any = import_module("diffusers.models.transformers.transformer_wan_animate_2")
_network.create_block_mask = _mask


class WanAnimate2(OfBlocks):
    """Wan-Animate-2; what is longer than a segment is filmed segment by segment.

    Attributes:
        segment: frames of each; the last one of a segment is the first one of the next.
    """

    name = "wan-animate2"
    grid = Grid(side=16, frames=4)
    has_exact_vae = True
    checkpoints: ClassVar = {
        "motion": Checkpoint(pipelines={Mode.MOTION: _PIPELINE}, tiny=lambda: _tiny(), caches=False)
    }
    tiny = Tiny(fps=24.0, guidance=3.0)
    is_compiled_whole = False
    segment: ClassVar[int] = 81

    def usual(self, take: Take) -> dict[str, Any]:
        """Leave out how many frames there are, which the motion says."""
        usual = super().usual(take)
        del usual["num_frames"]
        return usual

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Say what a pipeline is called with for a take.

        Raises:
            CannotFilm: there is no picture of who is to move.
        """
        if 0 not in take.pictures:
            raise CannotFilm(self.name, "it takes a photo of who is to move")
        set_shift(pipeline, take.shift)
        pipeline.guider = diffusers.ClassifierFreeGuidance(guidance_scale=take.guidance)
        segment = min(self.segment, take.frames)
        return {
            # it rounds down the root of the area, which has to be a bit larger therefore
            "height": take.height + 1,
            "driving_video": images(_moves(take)),
            "segment_frame_length": segment,
            **photo(take),
        }

    def rounds(self, pipeline: Pipeline, take: Take) -> int:  # noqa: ARG002
        """Count the segments of a take."""
        return ceil((take.frames - 1) / (min(self.segment, take.frames) - 1))


def _moves(take: Take) -> Frames:
    """Give the motion at the length of a take."""
    motion = take.motion
    assert motion is not None
    return motion[np.arange(take.frames) % len(motion)]


def _tiny() -> Pipeline:
    return put_together(
        _PIPELINE,
        text_encoder=encoders.umt5(),
        tokenizer=tokenizers.t5(),
        image_encoder=wan_animate2.clip(),
        vae=wan.vae(),
        transformer=wan_animate2.transformer(),
        scheduler=wan_animate2.scheduler(),
    )
