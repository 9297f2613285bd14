"""SANA-Video, whose attention takes time in proportion to the length."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.pipelines.family import Checkpoint, Family, Pipeline, photo
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers
from engine.pipelines.shift import set_shift
from engine.pipelines.take import Mode, Take
from engine.pipelines.tiny import encoders, gemma, tokenizers, wan


class Sana(Family):
    """SANA-Video; the autoencoder of its larger sizes takes frames by eights."""

    name = "sana"
    grid = Grid(side=32, frames=8)
    checkpoints: ClassVar = {
        "any": Checkpoint(
            pipelines={Mode.TEXT: "SanaVideoPipeline", Mode.PHOTO: "SanaImageToVideoPipeline"},
            tiny=lambda: _any(),
        )
    }

    def usual(self, take: Take) -> dict[str, Any]:
        """Name the frames as these pipelines do."""
        usual = super().usual(take)
        # by default they film in another size and scale it
        return usual | {"frames": usual.pop("num_frames"), "use_resolution_binning": False}

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Add the photo, with the scheduler that is meant for it."""
        config = pipeline.scheduler.config
        if take.mode is Mode.PHOTO and "flow_shift" in config:
            pipeline.scheduler = diffusers.FlowMatchEulerDiscreteScheduler(shift=config.flow_shift)
        set_shift(pipeline, take.shift)
        return photo(take)


def _any() -> Pipeline:
    return diffusers.SanaVideoPipeline(
        tokenizer=tokenizers.gemma(),
        text_encoder=gemma.gemma2(),
        vae=wan.vae(),
        scheduler=diffusers.DPMSolverMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=8.0
        ),
        transformer=diffusers.SanaVideoTransformer3DModel(
            in_channels=16,
            out_channels=16,
            num_attention_heads=2,
            attention_head_dim=12,
            num_layers=2,
            num_cross_attention_heads=2,
            cross_attention_head_dim=12,
            cross_attention_dim=24,
            caption_channels=encoders.WIDTH,
            mlp_ratio=2.5,
            sample_size=8,
            patch_size=(1, 2, 2),
            qk_norm="rms_norm_across_heads",
            rope_max_seq_len=32,
        ),
    )
