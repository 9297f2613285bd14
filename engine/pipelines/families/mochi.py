"""Mochi 1: text alone."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.pipelines.family import Checkpoint, Family, Pipeline, Tiny
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers
from engine.pipelines.take import Mode, Take
from engine.pipelines.tiny import encoders, tokenizers


class Mochi(Family):
    """Mochi 1."""

    name = "mochi"
    grid = Grid(side=16, frames=6)
    checkpoints: ClassVar = {
        "text": Checkpoint(pipelines={Mode.TEXT: "MochiPipeline"}, tiny=lambda: _tiny())
    }
    tiny = Tiny(frames=13)

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Say what a pipeline is called with for a take."""
        del pipeline, take
        return {}


def _tiny() -> Pipeline:
    channels = 12
    return diffusers.MochiPipeline(
        tokenizer=tokenizers.t5(),
        text_encoder=encoders.t5(),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(invert_sigmas=True),
        vae=diffusers.AutoencoderKLMochi(
            latent_channels=channels,
            encoder_block_out_channels=(32,) * 4,
            decoder_block_out_channels=(32,) * 4,
            layers_per_block=(1,) * 5,
        ),
        transformer=diffusers.MochiTransformer3DModel(
            num_attention_heads=2,
            attention_head_dim=8,
            num_layers=2,
            pooled_projection_dim=16,
            in_channels=channels,
            text_embed_dim=encoders.WIDTH,
            time_embed_dim=4,
        ),
    )
