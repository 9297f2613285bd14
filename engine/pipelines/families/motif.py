"""Motif-Video, whose text encoder also looks at the photo."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.pipelines.family import Checkpoint, Family, Pipeline, photo
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers, transformers
from engine.pipelines.shift import set_shift
from engine.pipelines.take import Mode, Take
from engine.pipelines.tiny import encoders, gemma, tokenizers, wan

_LATENT = 16
_SIDE = 28


class Motif(Family):
    """Motif-Video; the same weights film from words and from a photo."""

    name = "motif"
    grid = Grid(side=16, frames=4)
    checkpoints: ClassVar = {
        "any": Checkpoint(
            pipelines={
                Mode.TEXT: "MotifVideoPipeline",
                Mode.PHOTO: "MotifVideoImage2VideoPipeline",
            },
            tiny=lambda: _any(),
        )
    }

    def usual(self, take: Take) -> dict[str, Any]:
        """Leave out the guidance, which is a part of the pipeline."""
        usual = super().usual(take)
        del usual["guidance_scale"]
        return usual

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Set the guidance, and add the photo."""
        pipeline.guider = pipeline.guider.new(guidance_scale=take.guidance)
        set_shift(pipeline, take.shift)
        return photo(take)


def _any() -> Pipeline:
    return diffusers.MotifVideoPipeline(
        tokenizer=tokenizers.t5(),
        text_encoder=gemma.t5gemma2(_SIDE),
        vae=wan.vae(),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=7.0),
        transformer=diffusers.MotifVideoTransformer3DModel(
            in_channels=2 * _LATENT + 1,
            out_channels=_LATENT,
            num_attention_heads=2,
            attention_head_dim=12,
            num_layers=1,
            num_single_layers=1,
            patch_size=2,
            text_embed_dim=encoders.WIDTH,
            image_embed_dim=gemma.SIGHT_WIDTH,
            rope_axes_dim=(4, 4, 4),
        ),
        guider=diffusers.AdaptiveProjectedGuidance(),
        feature_extractor=transformers.SiglipImageProcessor(size={"height": _SIDE, "width": _SIDE}),
    )
