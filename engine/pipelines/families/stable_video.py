"""Stable Video Diffusion: sets a photo in motion, without words."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor

from engine.pipelines.family import Checkpoint, Family, Pipeline, Tiny, photo
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers
from engine.pipelines.take import Mode, Take
from engine.pipelines.tiny import encoders
from engine.pipelines.tiny.stable_diffusion import CHANNELS

_TAKEN = ("width", "height", "num_frames", "num_inference_steps")
_CLIP_WIDTH = 32
_CLIP_SIDE = 224
"""The pipeline itself scales photos to it."""
_TIME_WIDTH = 32
_NUMBERS_TOLD = 3
"""Rate of frames, amount of motion, noise on the photo."""


class StableVideo(Family):
    """Stable Video Diffusion, whose two checkpoints differ in length only."""

    name = "stable-video"
    grid = Grid(side=64, frames=1, extra=0)
    checkpoints: ClassVar = {
        "photo": Checkpoint(
            pipelines={Mode.PHOTO: "StableVideoDiffusionPipeline"}, tiny=lambda: _photo()
        )
    }
    denoisers = ("unet",)
    tiny = Tiny(frames=5)

    def usual(self, take: Take) -> dict[str, Any]:
        """Leave out the words."""
        usual = super().usual(take)
        return {name: usual[name] for name in _TAKEN}

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:  # noqa: ARG002
        """Lead by the photo more with every frame, as it is seen less and less."""
        return photo(take) | {
            "min_guidance_scale": 1.0,
            "max_guidance_scale": take.guidance,
            "fps": round(take.fps),
        }

    def middle(self, pipeline: Pipeline, take: Take, latents: Tensor) -> Tensor:  # noqa: ARG002
        """Find the latent picture in the middle of a film, whose frames come before channels."""
        return latents[0, latents.shape[1] // 2]


def _photo() -> Pipeline:
    return diffusers.StableVideoDiffusionPipeline(
        vae=diffusers.AutoencoderKLTemporalDecoder(
            block_out_channels=CHANNELS,
            down_block_types=["DownEncoderBlock2D"] * 2,
            latent_channels=4,
        ),
        image_encoder=encoders.clip_image(_CLIP_WIDTH, _CLIP_SIDE),
        unet=_unet(),
        scheduler=diffusers.EulerDiscreteScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            prediction_type="v_prediction",
            sigma_max=700.0,
            sigma_min=0.002,
            steps_offset=1,
            timestep_spacing="leading",
            timestep_type="continuous",
            use_karras_sigmas=True,
        ),
        feature_extractor=encoders.clip_image_processor(_CLIP_SIDE),
    )


def _unet() -> Any:
    return diffusers.UNetSpatioTemporalConditionModel(
        block_out_channels=CHANNELS,
        layers_per_block=1,
        in_channels=8,
        out_channels=4,
        down_block_types=("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
        up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
        cross_attention_dim=_CLIP_WIDTH,
        num_attention_heads=8,
        projection_class_embeddings_input_dim=_NUMBERS_TOLD * _TIME_WIDTH,
        addition_time_embed_dim=_TIME_WIDTH,
    )
