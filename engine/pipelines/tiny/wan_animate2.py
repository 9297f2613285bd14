"""Parts of Wan-Animate-2 that other pipelines like Wan do not have."""

from __future__ import annotations

from typing import Any

from engine.pipelines.libraries import diffusers, transformers
from engine.pipelines.tiny.encoders import WIDTH

_LOOK, _SIDE = 1280, 224
"""How wide its transformer takes what is seen in a picture, and how large it is looked at."""


def transformer() -> Any:
    """Make its transformer."""
    return diffusers.WanAnimate2Transformer3DModel(
        dim=24, ffn_dim=32, text_dim=WIDTH, num_heads=2, num_layers=2
    )


def scheduler() -> Any:
    """Make a scheduler that it can be used with."""
    return diffusers.DPMSolverMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=5.0
    )


def clip() -> Any:
    """Make its image encoder."""
    config = transformers.CLIPVisionConfig(
        hidden_size=_LOOK,
        intermediate_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=_SIDE,
        patch_size=_SIDE // 2,
    )
    return transformers.CLIPVisionModel(config).eval()
