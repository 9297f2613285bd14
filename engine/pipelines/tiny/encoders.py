"""Text and image encoders with random weights, a few kilobytes each."""

from __future__ import annotations

from typing import Any

from engine.pipelines.libraries import transformers

WIDTH = 32
_T5 = {"vocab_size": 512, "d_kv": 8, "d_ff": 37, "num_layers": 2, "num_heads": 4}


def t5(width: int = WIDTH) -> Any:
    """Make T5's text encoder."""
    return transformers.T5EncoderModel(
        transformers.T5Config(d_model=width, feed_forward_proj="gated-gelu", **_T5)
    ).eval()


def umt5(width: int = WIDTH) -> Any:
    """Make UMT5's text encoder."""
    return transformers.UMT5EncoderModel(transformers.UMT5Config(d_model=width, **_T5)).eval()


def clip_text(width: int = WIDTH) -> Any:
    """Make CLIP's text encoder."""
    config = transformers.CLIPTextConfig(
        bos_token_id=400,
        eos_token_id=401,
        pad_token_id=401,
        hidden_size=width,
        intermediate_size=37,
        num_attention_heads=2,
        num_hidden_layers=2,
        vocab_size=1000,
        projection_dim=WIDTH,
    )
    return transformers.CLIPTextModel(config).eval()


def clip_image(width: int = 4, side: int = 32) -> Any:
    """Make CLIP's image encoder."""
    config = transformers.CLIPVisionConfig(
        hidden_size=width,
        projection_dim=width,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=side,
        intermediate_size=16,
        patch_size=side // 4,
    )
    return transformers.CLIPVisionModelWithProjection(config).eval()


def clip_image_processor(side: int = 32) -> Any:
    """Make what CLIP's image encoder is given pictures by."""
    return transformers.CLIPImageProcessor(crop_size=side, size=side)
