"""Wan 2.1: text, photo, first and last frame, and VACE, which takes pictures anywhere."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from PIL import Image

from engine.pipelines.family import Checkpoint, Family, Pipeline, ends, images
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers
from engine.pipelines.shift import set_shift
from engine.pipelines.take import WITHOUT_MOTION, Mode, Take
from engine.pipelines.tiny import encoders, tokenizers, wan

_SEEN, _MADE = 0, 255
_UNKNOWN = 127


class Wan21(Family):
    """Wan 2.1 in all its sizes."""

    name = "wan2.1"
    grid = Grid(side=16, frames=4)
    has_exact_vae = True
    checkpoints: ClassVar = {
        "text": Checkpoint(pipelines={Mode.TEXT: "WanPipeline"}, tiny=lambda: _text()),
        "photo": Checkpoint(
            pipelines={Mode.PHOTO: "WanImageToVideoPipeline"}, tiny=lambda: _photo()
        ),
        "ends": Checkpoint(
            pipelines={Mode.ENDS: "WanImageToVideoPipeline"},
            tiny=lambda: _photo(pos_embed_seq_len=2 * (4 * 4 + 1)),
        ),
        "vace": Checkpoint(
            pipelines=dict.fromkeys(WITHOUT_MOTION, "WanVACEPipeline"), tiny=lambda: _vace()
        ),
    }

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Say what a pipeline is called with for a take."""
        set_shift(pipeline, take.shift)
        if isinstance(pipeline, diffusers.WanVACEPipeline):
            return filled_in(take)
        return ends(take)


def filled_in(take: Take) -> dict[str, Any]:
    """Give all frames, those that are not known in grey, and which of them are to be made."""
    shape = (take.frames, take.height, take.width)
    frames = np.full((*shape, 3), _UNKNOWN, np.uint8)
    masks = np.full(shape, _MADE, np.uint8)
    known = dict(enumerate(take.before)) if take.before is not None else take.pictures
    for at, picture in known.items():
        frames[at], masks[at] = picture, _SEEN
    return {"video": images(frames), "mask": [Image.fromarray(mask) for mask in masks]}


def _text() -> Pipeline:
    return diffusers.WanPipeline(
        tokenizer=tokenizers.t5(),
        text_encoder=encoders.umt5(),
        vae=wan.vae(),
        scheduler=wan.scheduler(),
        transformer=wan.transformer(),
    )


def _photo(**different: Any) -> Pipeline:
    return diffusers.WanImageToVideoPipeline(
        tokenizer=tokenizers.t5(),
        text_encoder=encoders.umt5(),
        vae=wan.vae(),
        scheduler=wan.scheduler(),
        transformer=wan.transformer(in_channels=36, image_dim=4, **different),
        image_encoder=encoders.clip_image(),
        image_processor=encoders.clip_image_processor(),
    )


def _vace() -> Pipeline:
    return diffusers.WanVACEPipeline(
        tokenizer=tokenizers.t5(),
        text_encoder=encoders.umt5(),
        vae=wan.vae(),
        scheduler=wan.scheduler(),
        transformer=wan.vace_transformer(),
    )
