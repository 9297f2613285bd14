"""MiniMax-H3 in its full size, which diffusers' classes have unless told otherwise."""

from __future__ import annotations

from engine.pipelines.family import Pipeline
from engine.pipelines.full.numbers import beside, in_32_bits
from engine.pipelines.libraries import diffusers
from engine.pipelines.modular import put_together
from engine.pipelines.tiny import minimax_h3

_WORDS = 5120


def whole() -> Pipeline:
    """Make MiniMax-H3, 33B, as its weights without references."""
    with beside():
        schedulers = {
            "scheduler": minimax_h3.scheduler(12.0),
            "audio_scheduler": minimax_h3.scheduler(3.0),
        }
    with in_32_bits():
        decoders = {
            "vae": diffusers.AutoencoderKLMiniMaxH3(),
            "audio_vae": diffusers.AutoencoderKLMiniMaxH3Audio(
                latents_mean=[0.0] * minimax_h3.AUDIO_CHANNELS,
                latents_std=[1.0] * minimax_h3.AUDIO_CHANNELS,
            ),
        }
    return put_together(
        "MiniMaxH3ModularPipeline",
        text_encoder=minimax_h3.qwen(_WORDS),
        tokenizer=minimax_h3.tokenizer(),
        processor=minimax_h3.pictures(),
        transformer=diffusers.MiniMaxH3Transformer3DModel(),
        **schedulers,
        **decoders,
    )
