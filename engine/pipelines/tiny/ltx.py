"""Parts of LTX-Video, with the strides of its real ones."""

from __future__ import annotations

from typing import Any

from torch import nn

from engine.pipelines.libraries import diffusers
from engine.pipelines.tiny.encoders import WIDTH

_CHANNELS = 8


def transformer() -> Any:
    """Make LTX-Video's transformer."""
    return diffusers.LTXVideoTransformer3DModel(
        in_channels=_CHANNELS,
        out_channels=_CHANNELS,
        num_attention_heads=4,
        attention_head_dim=8,
        cross_attention_dim=32,
        num_layers=2,
        caption_channels=WIDTH,
    )


def vae(**different: Any) -> Any:
    """Make LTX-Video's autoencoder."""
    usual: dict[str, Any] = {
        "latent_channels": _CHANNELS,
        "block_out_channels": (8, 8, 8, 8),
        "decoder_block_out_channels": (8, 8, 8, 8),
        "layers_per_block": (1, 1, 1, 1, 1),
        "decoder_layers_per_block": (1, 1, 1, 1, 1),
    }
    made = diffusers.AutoencoderKLLTXVideo(**usual | different)
    for name, weights in made.named_parameters():
        if "per_channel_scale" in name:  # of the noise it adds: nought before it is trained
            nn.init.normal_(weights)
    return made


def scheduler(*, by_size: bool) -> Any:
    """Make the scheduler of LTX; some spread the noise according to a film's size."""
    return diffusers.FlowMatchEulerDiscreteScheduler(
        use_dynamic_shifting=by_size, base_shift=0.95, max_shift=2.05, shift_terminal=0.1
    )
