"""LTX-2 in its full size."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from engine.pipelines.family import Pipeline
from engine.pipelines.full.numbers import beside
from engine.pipelines.libraries import diffusers, transformers
from engine.pipelines.tiny import ltx, ltx2, tokenizers

_WORDS = 3840
_LAYERS = 2


def first() -> Pipeline:
    """Make LTX-2, 19B, as in Lightricks/LTX-2: diffusers' classes are so, but for two strides."""
    with beside():
        scheduler = ltx.scheduler(by_size=True)
    return diffusers.LTX2Pipeline(
        scheduler=scheduler,
        vae=diffusers.AutoencoderKLLTX2Video(
            spatial_compression_ratio=32, temporal_compression_ratio=8
        ),
        audio_vae=diffusers.AutoencoderKLLTX2Audio(),
        text_encoder=_gemma(),
        tokenizer=tokenizers.gemma(),
        connectors=ltx2.connectors(film=_WORDS, sound=_WORDS, caption_channels=_WORDS),
        transformer=diffusers.LTX2VideoTransformer3DModel(rope_type="split"),
        vocoder=import_module("diffusers.pipelines.ltx2.vocoder").LTX2Vocoder(),
    )


def _gemma() -> Any:
    text = {
        "vocab_size": 1024,
        "hidden_size": _WORDS,
        "intermediate_size": 32,
        "num_hidden_layers": _LAYERS,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "head_dim": 16,
        "max_position_embeddings": 2048,
    }
    looks = {
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "image_size": 28,
        "patch_size": 14,
    }
    config = transformers.Gemma3Config(text_config=text, vision_config=looks, mm_tokens_per_image=1)
    return transformers.Gemma3ForConditionalGeneration(config).eval()
