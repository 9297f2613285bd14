"""AnimateDiff: a motion module between the layers of Stable Diffusion 1.5."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.pipelines.family import Checkpoint, Family, Pipeline, Tiny
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers
from engine.pipelines.take import Mode, Take
from engine.pipelines.tiny import encoders, stable_diffusion, tokenizers

_CHANNELS = (8, 8)
_GROUPS = 2
_WINDOW = 16
"""Frames that motion modules were trained on."""


class AnimateDiff(Family):
    """AnimateDiff, on any checkpoint that descends from Stable Diffusion 1.5."""

    name = "animatediff"
    grid = Grid(side=8, frames=1, extra=0)
    checkpoints: ClassVar = {
        "text": Checkpoint(pipelines={Mode.TEXT: "AnimateDiffPipeline"}, tiny=lambda: _text())
    }
    denoisers = ("unet",)
    tiny = Tiny(frames=8)

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Go over a long take in windows that overlap, for motion modules know no more frames."""
        known = pipeline.motion_adapter.config.motion_max_seq_length
        if take.frames > known:
            pipeline.enable_free_noise(context_length=_WINDOW)
        elif pipeline.free_noise_enabled:
            pipeline.disable_free_noise()
        return {}


def _text() -> Pipeline:
    return diffusers.AnimateDiffPipeline(
        vae=stable_diffusion.vae(),
        text_encoder=encoders.clip_text(),
        tokenizer=tokenizers.clip(),
        unet=diffusers.UNet2DConditionModel(
            block_out_channels=_CHANNELS,
            layers_per_block=2,
            down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            cross_attention_dim=encoders.WIDTH,
            norm_num_groups=_GROUPS,
        ),
        motion_adapter=diffusers.MotionAdapter(
            block_out_channels=_CHANNELS,
            motion_layers_per_block=2,
            motion_norm_num_groups=_GROUPS,
            motion_num_attention_heads=4,
        ),
        scheduler=stable_diffusion.scheduler("linear"),
    )
