"""Parts of Kandinsky 5 and 6."""

from __future__ import annotations

from typing import Any

from torch import nn

from engine.pipelines.libraries import diffusers
from engine.pipelines.tiny.encoders import WIDTH

LATENT = 16
CLIP_WIDTH = 16
_MELS = 8
_SOUND = 4
_SHAPE: dict[str, Any] = {
    "in_visual_dim": LATENT,
    "in_text_dim": WIDTH,
    "in_text_dim2": CLIP_WIDTH,
    "time_dim": 16,
    "patch_size": (1, 2, 2),
    "model_dim": 16,
    "ff_dim": 32,
    "num_text_blocks": 1,
    "num_visual_blocks": 2,
    "axes_dims": (1, 1, 2),
}


def transformer(*, visual_cond: bool) -> Any:
    """Make Kandinsky 5's transformer."""
    return _awake(
        diffusers.Kandinsky5Transformer3DModel(
            **_SHAPE, out_visual_dim=LATENT, visual_cond=visual_cond, attention_type="regular"
        )
    )


def transformer_6(*, guesses: int = 1) -> Any:
    """Make Kandinsky 6's transformer of film and sound, which guesses so many times at once."""
    return _awake(
        diffusers.Kandinsky6Transformer3DModel(
            **_SHAPE,
            out_visual_dim=guesses * LATENT,
            in_audio_dim=_SOUND,
            out_audio_dim=guesses * _SOUND,
            visual_token_type_num_embeddings=2,
        )
    )


def vae() -> Any:
    """Make the autoencoder of film, which is HunyuanVideo's."""
    return diffusers.AutoencoderKLHunyuanVideo(
        block_out_channels=[8] * 4,
        down_block_types=["HunyuanVideoDownBlock3D"] * 4,
        up_block_types=["HunyuanVideoUpBlock3D"] * 4,
        latent_channels=LATENT,
        layers_per_block=1,
        mid_block_add_attention=False,
        norm_num_groups=4,
    )


def audio_vae() -> Any:
    """Make Kandinsky 6's autoencoder of sound."""
    return diffusers.MMAudioVAE(
        mel_bins=_MELS, latent_channels=_SOUND, hidden_channels=8, layers_per_block=1
    )


def vocoder() -> Any:
    """Make what turns its spectrograms into sound."""
    return diffusers.MMAudioVocoder(
        num_mels=_MELS,
        upsample_initial_channel=64,
        resblock_kernel_sizes=(3,),
        resblock_dilation_sizes=((1,),),
    )


def _awake(network: Any) -> Any:
    for weights in network.parameters():
        if not weights.any():  # its layers begin switched off, deaf to all words
            nn.init.normal_(weights, std=0.1)
    return network
