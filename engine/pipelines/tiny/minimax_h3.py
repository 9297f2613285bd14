"""Parts of MiniMax-H3, with the strides of its real ones."""

from __future__ import annotations

from typing import Any

from engine.pipelines.libraries import diffusers, transformers
from engine.pipelines.modular import Pictures
from engine.pipelines.tiny import tokenizers

_TEXT = 16
_READ_AFTER = 50
"""The layers of its text encoder that take part."""
_CHANNELS, AUDIO_CHANNELS = 24, 32
_SIDE = 28
_PATCH = 14


def transformer() -> Any:
    """Make its transformer."""
    return diffusers.MiniMaxH3Transformer3DModel(
        num_attention_heads=2,
        attention_head_dim=8,
        hidden_size=16,
        num_layers=2,
        num_refiner_layers=1,
        ffn_dim=32,
        in_channels=_CHANNELS,
        audio_in_channels=AUDIO_CHANNELS,
        text_dim=_TEXT,
        freq_dim=16,
        time_embed_hidden_dim=16,
        time_embed_dim=16,
        rope_freq_dim=1,
    )


def vae() -> Any:
    """Make its autoencoder of film."""
    return diffusers.AutoencoderKLMiniMaxH3(
        latent_channels=_CHANNELS,
        block_out_channels=(4,) * 6,
        layers_per_block=1,
        norm_num_groups=2,
        decoder_num_layers=1,
        decoder_num_attention_heads=2,
        decoder_attention_head_dim=8,
        decoder_num_register_tokens=1,
        decoder_ffn_mult=2,
    )


def audio_vae() -> Any:
    """Make its autoencoder of sound."""
    return diffusers.AutoencoderKLMiniMaxH3Audio(
        encoder_dim=1,
        latent_dim=AUDIO_CHANNELS,
        latent_channels=AUDIO_CHANNELS,
        num_attention_heads=2,
        decoder_dim=128,
        resblock_kernel_sizes=(3,),
        resblock_dilation_sizes=((1,),),
        latents_mean=[0.0] * AUDIO_CHANNELS,
        latents_std=[1.0] * AUDIO_CHANNELS,
    )


def scheduler(shift: float) -> Any:
    """Make one of its two schedulers."""
    return diffusers.MiniMaxH3Scheduler(shift=shift)


def tokenizer() -> Any:
    """Make its tokenizer."""
    return tokenizers.qwen2()


def pictures() -> Pictures:
    """Make what its text encoder is given words and pictures by."""
    least = _SIDE * _SIDE
    return Pictures(
        tokenizer(),
        transformers.Qwen2VLImageProcessor(
            patch_size=_PATCH, size={"shortest_edge": least, "longest_edge": least}
        ),
    )


def qwen(width: int = _TEXT) -> Any:
    """Make Qwen3-VL, just deep enough, that gives words so wide."""
    config = transformers.Qwen3VLConfig(
        text_config={
            "vocab_size": 1000,
            "hidden_size": width,
            "intermediate_size": _TEXT,
            "num_hidden_layers": _READ_AFTER + 1,
            "num_attention_heads": 2,
            "num_key_value_heads": 1,
            "head_dim": 8,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 1e6,
                "mrope_section": [1, 1, 2],
            },
        },
        vision_config={
            "depth": 1,
            "hidden_size": _TEXT,
            "intermediate_size": _TEXT,
            "num_heads": 2,
            "out_hidden_size": width,
            "patch_size": _PATCH,
            "num_position_embeddings": 16,
            "deepstack_visual_indexes": [0],
        },
        image_token_id=tokenizer().convert_tokens_to_ids("<|image_pad|>"),
        video_token_id=tokenizer().convert_tokens_to_ids("<|video_pad|>"),
        vision_start_token_id=tokenizer().convert_tokens_to_ids("<|vision_start|>"),
        vision_end_token_id=tokenizer().convert_tokens_to_ids("<|vision_end|>"),
    )
    return transformers.Qwen3VLForConditionalGeneration(config).eval()
