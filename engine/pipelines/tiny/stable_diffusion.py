"""Parts of the pipelines that grew out of Stable Diffusion."""

from __future__ import annotations

from typing import Any

from engine.pipelines.libraries import diffusers

CHANNELS = (32, 64)
"""Of the blocks of every network here."""


def vae() -> Any:
    """Make Stable Diffusion's autoencoder, which knows single pictures only."""
    return diffusers.AutoencoderKL(
        block_out_channels=CHANNELS,
        in_channels=3,
        out_channels=3,
        down_block_types=["DownEncoderBlock2D"] * 2,
        up_block_types=["UpDecoderBlock2D"] * 2,
        latent_channels=4,
        sample_size=32,
    )


def scheduler(betas: str = "scaled_linear") -> Any:
    """Make the scheduler that Stable Diffusion is used with."""
    return diffusers.DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule=betas,
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )
