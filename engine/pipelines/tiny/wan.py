"""Parts of the many pipelines that are made like Wan."""

from __future__ import annotations

from typing import Any

from engine.pipelines.libraries import diffusers
from engine.pipelines.tiny.encoders import WIDTH


def transformer(cls: Any = diffusers.WanTransformer3DModel, **different: Any) -> Any:
    """Make Wan's transformer, or one that is made like it."""
    usual: dict[str, Any] = {
        "patch_size": (1, 2, 2),
        "num_attention_heads": 2,
        "attention_head_dim": 12,
        "in_channels": 16,
        "out_channels": 16,
        "text_dim": WIDTH,
        "freq_dim": 256,
        "ffn_dim": 32,
        "num_layers": 2,
        "cross_attn_norm": True,
        "qk_norm": "rms_norm_across_heads",
        "rope_max_seq_len": 32,
    }
    return cls(**usual | different)


def vace_transformer() -> Any:
    """Make VACE's transformer, which takes pictures anywhere."""
    return transformer(
        diffusers.WanVACETransformer3DModel, num_layers=3, vace_layers=[0, 2], vace_in_channels=96
    )


def vae(**different: Any) -> Any:
    """Make Wan's autoencoder."""
    usual: dict[str, Any] = {
        "base_dim": 3,
        "z_dim": 16,
        "dim_mult": [1, 1, 1, 1],
        "num_res_blocks": 1,
        "temperal_downsample": [False, True, True],
    }
    return diffusers.AutoencoderKLWan(**usual | different)


def scheduler(shift: float = 3.0) -> Any:
    """Make the scheduler that Wan is used with."""
    return diffusers.UniPCMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=shift
    )
