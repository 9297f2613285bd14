"""Wan 2.2: two experts of 14B that share the steps, and one small network of 5B."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.pipelines.families.wan21 import filled_in
from engine.pipelines.family import Checkpoint, Family, Pipeline, ends
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers
from engine.pipelines.shift import set_shift
from engine.pipelines.take import WITHOUT_MOTION, Mode, Take
from engine.pipelines.tiny import encoders, tokenizers, wan

_LATE_SHARE = 3 / 4


class Wan22(Family):
    """Wan 2.2 A14B; its checkpoints say at which noise the second expert takes over."""

    name = "wan2.2"
    grid = Grid(side=16, frames=4)
    has_exact_vae = True
    checkpoints: ClassVar = {
        "text": Checkpoint(pipelines={Mode.TEXT: "WanPipeline"}, tiny=lambda: _text()),
        "photo": Checkpoint(
            pipelines=dict.fromkeys((Mode.PHOTO, Mode.ENDS), "WanImageToVideoPipeline"),
            tiny=lambda: _photo(),
        ),
        "vace": Checkpoint(
            pipelines=dict.fromkeys(WITHOUT_MOTION, "WanVACEPipeline"), tiny=lambda: _vace()
        ),
    }
    denoisers = ("transformer", "transformer_2")

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Say what a pipeline is called with for a take."""
        set_shift(pipeline, take.shift)
        if isinstance(pipeline, diffusers.WanVACEPipeline):
            return filled_in(take)
        if isinstance(pipeline, diffusers.WanPipeline):
            return {"guidance_scale_2": _late_guidance(take)}
        return ends(take)


class Wan22Small(Family):
    """Wan 2.2 TI2V-5B: the same weights film from words and from a photo."""

    name = "wan2.2-5b"
    grid = Grid(side=32, frames=4)
    has_exact_vae = True
    checkpoints: ClassVar = {
        "any": Checkpoint(
            pipelines={Mode.TEXT: "WanPipeline", Mode.PHOTO: "WanImageToVideoPipeline"},
            tiny=lambda: _small(),
        )
    }

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Say what a pipeline is called with for a take."""
        set_shift(pipeline, take.shift)
        return ends(take)


def _late_guidance(take: Take) -> float:
    """Lead the second expert less, 3 where the first is led by 4, but never turn that off."""
    return max(1.0, take.guidance * _LATE_SHARE) if take.guidance > 1 else take.guidance


def _text() -> Pipeline:
    return diffusers.WanPipeline(
        tokenizer=tokenizers.t5(),
        text_encoder=encoders.umt5(),
        vae=wan.vae(),
        scheduler=wan.scheduler(),
        transformer=wan.transformer(),
        transformer_2=wan.transformer(),
        boundary_ratio=0.875,
    )


def _photo() -> Pipeline:
    return diffusers.WanImageToVideoPipeline(
        tokenizer=tokenizers.t5(),
        text_encoder=encoders.umt5(),
        vae=wan.vae(),
        scheduler=wan.scheduler(),
        transformer=wan.transformer(in_channels=36),
        transformer_2=wan.transformer(in_channels=36),
        boundary_ratio=0.9,
    )


def _vace() -> Pipeline:
    return diffusers.WanVACEPipeline(
        tokenizer=tokenizers.t5(),
        text_encoder=encoders.umt5(),
        vae=wan.vae(),
        scheduler=wan.scheduler(),
        transformer=wan.vace_transformer(),
        transformer_2=wan.vace_transformer(),
        boundary_ratio=0.875,
    )


def _small() -> Pipeline:
    channels = 48
    return diffusers.WanPipeline(
        tokenizer=tokenizers.t5(),
        text_encoder=encoders.umt5(),
        vae=wan.vae(
            z_dim=channels,
            in_channels=12,
            out_channels=12,
            is_residual=True,
            patch_size=2,
            latents_mean=[0.0] * channels,
            latents_std=[1.0] * channels,
            scale_factor_spatial=16,
            scale_factor_temporal=4,
        ),
        scheduler=wan.scheduler(5.0),
        transformer=wan.transformer(in_channels=channels, out_channels=channels),
        expand_timesteps=True,
    )
