"""Wan in its full sizes."""

from __future__ import annotations

from typing import Any

from engine.pipelines.family import Pipeline
from engine.pipelines.full.numbers import beside, in_32_bits
from engine.pipelines.libraries import diffusers, transformers
from engine.pipelines.modular import put_together
from engine.pipelines.tiny import encoders, tokenizers, wan_animate2
from engine.pipelines.tiny import wan as tiny

_WORDS = 4096
_HEAD = 128
_LOOK = 1280
_PATCH, _SIDE = 14, 224


def small_text() -> Pipeline:
    """Make Wan 2.1 for text, 1.3B: transformer/config.json of Wan-AI/Wan2.1-T2V-1.3B-Diffusers."""
    return diffusers.WanPipeline(
        **_reading(),
        vae=_vae(),
        scheduler=_scheduler(3.0),
        transformer=_transformer(num_attention_heads=12, ffn_dim=8960, num_layers=30),
    )


def large_photo() -> Pipeline:
    """Make Wan 2.1 for a photo, 14B: as in Wan-AI/Wan2.1-I2V-14B-480P-Diffusers."""
    heads = 40
    return diffusers.WanImageToVideoPipeline(
        **_reading(),
        vae=_vae(),
        scheduler=_scheduler(3.0),
        transformer=_transformer(
            num_attention_heads=heads,
            ffn_dim=13824,
            num_layers=40,
            in_channels=36,
            image_dim=_LOOK,
            added_kv_proj_dim=heads * _HEAD,
        ),
        image_encoder=_clip(),
        image_processor=encoders.clip_image_processor(_SIDE),
    )


def middle() -> Pipeline:
    """Make Wan 2.2, 5B, with its denser latents: as in Wan-AI/Wan2.2-TI2V-5B-Diffusers."""
    channels = 48
    return diffusers.WanPipeline(
        **_reading(),
        vae=_vae(
            base_dim=160,
            decoder_base_dim=256,
            z_dim=channels,
            in_channels=12,
            out_channels=12,
            is_residual=True,
            patch_size=2,
            scale_factor_spatial=16,
            latents_mean=[0.0] * channels,
            latents_std=[1.0] * channels,
        ),
        scheduler=_scheduler(5.0),
        transformer=_transformer(
            num_attention_heads=24,
            ffn_dim=14336,
            num_layers=30,
            in_channels=channels,
            out_channels=channels,
        ),
        expand_timesteps=True,
    )


def animate() -> Pipeline:
    """Make Wan-Animate-2, whose transformer diffusers makes in full size unless told otherwise."""
    with beside():
        scheduler = wan_animate2.scheduler()
    return put_together(
        "WanAnimate2ModularPipeline",
        **_reading(),
        image_encoder=_clip(),
        vae=_vae(),
        scheduler=scheduler,
        transformer=diffusers.WanAnimate2Transformer3DModel(),
    )


def _transformer(**sizes: Any) -> Any:
    return diffusers.WanTransformer3DModel(attention_head_dim=_HEAD, text_dim=_WORDS, **sizes)


def _scheduler(shift: float) -> Any:
    with beside():
        return tiny.scheduler(shift)


def _vae(**different: Any) -> Any:
    with in_32_bits():
        return diffusers.AutoencoderKLWan(**different)


def _reading() -> dict[str, Any]:
    return {"tokenizer": tokenizers.t5(), "text_encoder": encoders.umt5(_WORDS)}


def _clip() -> Any:
    """Make CLIP's image encoder in the size called ViT-H/14."""
    config = transformers.CLIPVisionConfig(
        hidden_size=_LOOK,
        intermediate_size=4 * _LOOK,
        num_hidden_layers=32,
        num_attention_heads=16,
        projection_dim=1024,
        image_size=_SIDE,
        patch_size=_PATCH,
    )
    return transformers.CLIPVisionModel(config).eval()
