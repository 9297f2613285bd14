"""Parts of HunyuanVideo 1.5."""

from __future__ import annotations

from typing import Any

from engine.pipelines.libraries import diffusers, transformers
from engine.pipelines.tiny.encoders import WIDTH

_CHANNELS = 4
_TEXT = 16
_LOOK = 12
_SIDE = 32


def transformer(**different: Any) -> Any:
    """Make its transformer."""
    usual: dict[str, Any] = {
        "in_channels": 2 * _CHANNELS + 1,
        "out_channels": _CHANNELS,
        "num_attention_heads": 2,
        "attention_head_dim": 8,
        "num_layers": 2,
        "num_refiner_layers": 1,
        "mlp_ratio": 2.0,
        "text_embed_dim": _TEXT,
        "text_embed_2_dim": WIDTH,
        "image_embed_dim": _LOOK,
        "rope_axes_dim": (2, 2, 4),
    }
    return diffusers.HunyuanVideo15Transformer3DModel(**usual | different)


def vae() -> Any:
    """Make its autoencoder."""
    return diffusers.AutoencoderKLHunyuanVideo15(
        latent_channels=_CHANNELS,
        block_out_channels=(16, 16, 16, 16, 16),
        layers_per_block=1,
        downsample_match_channel=False,
        upsample_match_channel=False,
    )


def qwen() -> Any:
    """Make the text half of Qwen2.5-VL."""
    config = transformers.Qwen2_5_VLTextConfig(
        vocab_size=1000,
        hidden_size=_TEXT,
        intermediate_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        num_key_value_heads=2,
        rope_scaling={"mrope_section": [1, 1, 2], "rope_type": "default", "type": "default"},
        rope_theta=1e6,
    )
    return transformers.Qwen2_5_VLTextModel(config).eval()


def letters() -> Any:
    """Make the tokenizer for what is to be read in a picture, letter by letter."""
    return transformers.ByT5Tokenizer()


def siglip() -> Any:
    """Make Siglip's image encoder."""
    config = transformers.SiglipVisionConfig(
        hidden_size=_LOOK,
        intermediate_size=37,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=_SIDE,
        patch_size=8,
    )
    return transformers.SiglipVisionModel(config).eval()


def siglip_processor() -> Any:
    """Make what Siglip is given pictures by."""
    return transformers.SiglipImageProcessor(size={"height": _SIDE, "width": _SIDE})
