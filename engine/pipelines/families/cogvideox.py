"""CogVideoX 1.0 and 1.5, from words or from a photo."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor

from engine.pipelines.family import Checkpoint, Family, Pipeline, photo
from engine.pipelines.grid import Grid
from engine.pipelines.libraries import diffusers
from engine.pipelines.take import Mode, Take
from engine.pipelines.tiny import encoders, tokenizers

_LATENT = 4


class CogVideoX(Family):
    """CogVideoX; its autoencoder gives more than is asked for unless frames come in eights."""

    name = "cogvideox"
    grid = Grid(side=16, frames=8)
    checkpoints: ClassVar = {
        "text": Checkpoint(pipelines={Mode.TEXT: "CogVideoXPipeline"}, tiny=lambda: _text()),
        "photo": Checkpoint(
            pipelines={Mode.PHOTO: "CogVideoXImageToVideoPipeline"}, tiny=lambda: _photo()
        ),
    }

    def arguments(self, pipeline: Pipeline, take: Take) -> dict[str, Any]:
        """Add the photo; 1.0 and 1.5 know prompts of different lengths."""
        known = {"max_sequence_length": pipeline.transformer.config.max_text_seq_length}
        return known | photo(take)

    def middle(self, pipeline: Pipeline, take: Take, latents: Tensor) -> Tensor:  # noqa: ARG002
        """Find the latent picture in the middle of a film, whose frames come before channels."""
        return latents[0, latents.shape[1] // 2]


def _text() -> Pipeline:
    return diffusers.CogVideoXPipeline(
        tokenizer=tokenizers.t5(),
        text_encoder=encoders.t5(),
        vae=_vae(),
        transformer=_transformer(),
        scheduler=diffusers.CogVideoXDDIMScheduler(prediction_type="v_prediction"),
    )


def _photo() -> Pipeline:
    """Make one as 1.5, which joins two latent frames to one."""
    return diffusers.CogVideoXImageToVideoPipeline(
        tokenizer=tokenizers.t5(),
        text_encoder=encoders.t5(),
        vae=_vae(invert_scale_latents=True),
        transformer=_transformer(
            in_channels=2 * _LATENT,
            patch_size_t=2,
            patch_bias=False,
            ofs_embed_dim=2,
            sample_width=16,
        ),
        scheduler=diffusers.CogVideoXDPMScheduler(prediction_type="v_prediction"),
    )


def _vae(**different: Any) -> Any:
    return diffusers.AutoencoderKLCogVideoX(
        down_block_types=("CogVideoXDownBlock3D",) * 4,
        up_block_types=("CogVideoXUpBlock3D",) * 4,
        block_out_channels=(8, 8, 8, 8),
        latent_channels=_LATENT,
        layers_per_block=1,
        norm_num_groups=2,
        temporal_compression_ratio=4,
        **different,
    )


def _transformer(**different: Any) -> Any:
    usual: dict[str, Any] = {
        "num_attention_heads": 2,
        "attention_head_dim": 16,
        "in_channels": _LATENT,
        "out_channels": _LATENT,
        "time_embed_dim": 2,
        "text_embed_dim": encoders.WIDTH,
        "num_layers": 2,
        "sample_width": 8,
        "sample_height": 8,
        "sample_frames": 17,
        "max_text_seq_length": 64,
        "use_rotary_positional_embeddings": True,
    }
    return diffusers.CogVideoXTransformer3DModel(**usual | different)
