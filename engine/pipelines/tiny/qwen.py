"""Qwen's text encoders with random weights."""

from __future__ import annotations

from typing import Any

from engine.pipelines.libraries import transformers
from engine.pipelines.tiny.encoders import WIDTH


def qwen2_5_vl(width: int = WIDTH) -> Any:
    """Make Qwen2.5-VL, whose text half is used."""
    config = transformers.Qwen2_5_VLConfig(
        text_config={
            "vocab_size": 1000,
            "hidden_size": width,
            "intermediate_size": width,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "num_key_value_heads": 2,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 1e6,
                "mrope_section": [2, 2, 4],
            },
        },
        vision_config={
            "depth": 2,
            "hidden_size": width,
            "intermediate_size": width,
            "num_heads": 2,
            "out_hidden_size": width,
        },
    )
    return transformers.Qwen2_5_VLForConditionalGeneration(config).eval()
