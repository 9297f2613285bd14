"""Gemma's text encoders with random weights."""

from __future__ import annotations

from typing import Any

from engine.pipelines.libraries import transformers
from engine.pipelines.tiny.encoders import WIDTH

SIGHT_WIDTH = 16
_SHAPE = {
    "vocab_size": 1000,
    "hidden_size": WIDTH,
    "intermediate_size": 2 * WIDTH,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "head_dim": 16,
}


def gemma2() -> Any:
    """Make Gemma 2."""
    config = transformers.Gemma2Config(**_SHAPE, attn_implementation="eager")
    return transformers.Gemma2Model(config).eval()


def t5gemma2(side: int = 28) -> Any:
    """Make T5Gemma 2's encoder, which looks at pictures of a given side too."""
    config = transformers.T5Gemma2EncoderConfig(
        text_config={**_SHAPE, "max_position_embeddings": 512, "dropout_rate": 0.0},
        vision_config={
            "hidden_size": SIGHT_WIDTH,
            "intermediate_size": SIGHT_WIDTH,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "image_size": side,
            "patch_size": side // 2,
        },
    )
    return transformers.T5Gemma2Encoder(config).eval()
