"""Parts of LTX-2, with the strides of its real ones, so that its sound is as long as the film."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from engine.pipelines.libraries import diffusers, transformers
from engine.pipelines.tiny.encoders import WIDTH

_CHANNELS = 4
_AUDIO_CHANNELS = 2
_MELS = 8
_FILM, _SOUND = 16, 8
_LAYERS = 2
_ROPE = {"rope_double_precision": False, "rope_type": "split"}


def transformer(**different: Any) -> Any:
    """Make the transformer of film and sound."""
    usual: dict[str, Any] = {
        "in_channels": _CHANNELS,
        "out_channels": _CHANNELS,
        "num_attention_heads": 2,
        "attention_head_dim": 8,
        "cross_attention_dim": _FILM,
        "audio_in_channels": _CHANNELS,
        "audio_out_channels": _CHANNELS,
        "audio_num_attention_heads": 2,
        "audio_attention_head_dim": 4,
        "audio_cross_attention_dim": _SOUND,
        "num_layers": _LAYERS,
        "caption_channels": WIDTH,
    }
    return diffusers.LTX2VideoTransformer3DModel(**usual | _ROPE | different)


def gemma() -> Any:
    """Make Gemma 3 as a text encoder."""
    text = {
        "vocab_size": 1024,
        "hidden_size": WIDTH,
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


def connectors(*, film: int = WIDTH, sound: int = WIDTH, **different: Any) -> Any:
    """Make what turns Gemma's words into those for film and those for sound, so wide."""
    heads = 4
    usual: dict[str, Any] = {
        "caption_channels": WIDTH,
        "text_proj_in_factor": _LAYERS + 1,
        "connector_rope_base_seq_len": 32,
    }
    for name, width in (("video", film), ("audio", sound)):
        usual |= {
            f"{name}_connector_num_attention_heads": heads,
            f"{name}_connector_attention_head_dim": width // heads,
            f"{name}_connector_num_layers": 1,
            f"{name}_connector_num_learnable_registers": None,
        }
    made = import_module("diffusers.pipelines.ltx2").LTX2TextConnectors
    return made(**usual | _ROPE | different)


def vae() -> Any:
    """Make the autoencoder of film."""
    return diffusers.AutoencoderKLLTX2Video(
        latent_channels=_CHANNELS,
        block_out_channels=(8, 8, 8, 8),
        decoder_block_out_channels=(8, 16, 32),
        layers_per_block=(1, 1, 1, 1, 1),
        decoder_layers_per_block=(1, 1, 1, 1),
        spatial_compression_ratio=32,
        temporal_compression_ratio=8,
    )


def audio_vae() -> Any:
    """Make the autoencoder of sound."""
    return diffusers.AutoencoderKLLTX2Audio(
        base_channels=4,
        ch_mult=(1,),
        num_res_blocks=1,
        resolution=32,
        latent_channels=_AUDIO_CHANNELS,
        mel_bins=_MELS,
    )


def vocoder() -> Any:
    """Make what turns spectrograms into sound."""
    channels = 2
    return import_module("diffusers.pipelines.ltx2.vocoder").LTX2Vocoder(
        in_channels=channels * _MELS,
        hidden_channels=32,
        out_channels=channels,
        resnet_kernel_sizes=[3],
        resnet_dilations=[[1, 3, 5]],
    )


def transformer_2_3(**different: Any) -> Any:
    """Make that of LTX-2.3, whose words are as wide as its attention to them."""
    return transformer(
        gated_attn=True,
        cross_attn_mod=True,
        audio_gated_attn=True,
        audio_cross_attn_mod=True,
        use_prompt_embeddings=False,
        perturbed_attn=True,
        **different,
    )


def transformer_2_5() -> Any:
    """Make that of LTX-2.5, whose words do not change from step to step."""
    return transformer_2_3(
        ff_bias=False, use_prompt_adaln_single=False, use_keyframes_abs_pos_embedding=True
    )


def connectors_2_3() -> Any:
    """Make those of LTX-2.3."""
    return connectors(
        film=_FILM,
        sound=_SOUND,
        video_gated_attn=True,
        audio_gated_attn=True,
        per_modality_projections=True,
        video_hidden_dim=_FILM,
        audio_hidden_dim=_SOUND,
        proj_bias=True,
    )
