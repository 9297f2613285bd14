"""ModelScope: the first open text-to-video model, and Zeroscope, which is made like it."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.pipelines.family import Checkpoint, Family, Pipeline, Tiny
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers
from engine.pipelines.take import Mode, Take
from engine.pipelines.tiny import encoders, stable_diffusion, tokenizers


class ModelScope(Family):
    """ModelScope in all its sizes."""

    name = "modelscope"
    grid = Grid(side=8, frames=1, extra=0)
    checkpoints: ClassVar = {
        "text": Checkpoint(pipelines={Mode.TEXT: "TextToVideoSDPipeline"}, tiny=lambda: _text())
    }
    denoisers = ("unet",)
    tiny = Tiny(frames=6)

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:  # noqa: ARG002
        """Add nothing."""
        return {}


def _text() -> Pipeline:
    return diffusers.TextToVideoSDPipeline(
        vae=stable_diffusion.vae(),
        text_encoder=encoders.clip_text(),
        tokenizer=tokenizers.clip(),
        unet=diffusers.UNet3DConditionModel(
            block_out_channels=(4, 8),
            layers_per_block=1,
            sample_size=32,
            down_block_types=("CrossAttnDownBlock3D", "DownBlock3D"),
            up_block_types=("UpBlock3D", "CrossAttnUpBlock3D"),
            cross_attention_dim=encoders.WIDTH,
            attention_head_dim=4,
            norm_num_groups=2,
        ),
        scheduler=stable_diffusion.scheduler(),
    )
