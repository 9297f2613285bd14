"""Parts of HunyuanVideo and of what is made like it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from engine.pipelines.libraries import diffusers, transformers
from engine.pipelines.tiny import tokenizers
from engine.pipelines.tiny.encoders import WIDTH

_CHANNELS = 4
_VOCABULARY = 1200
_IMAGE = "<image>"
_HEADS = ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", _IMAGE]
_PATCH = 2


def transformer(**different: Any) -> Any:
    """Make HunyuanVideo's transformer."""
    usual: dict[str, Any] = {
        "in_channels": _CHANNELS,
        "out_channels": _CHANNELS,
        "num_attention_heads": 2,
        "attention_head_dim": 10,
        "num_layers": 2,
        "num_single_layers": 2,
        "num_refiner_layers": 1,
        "guidance_embeds": True,
        "text_embed_dim": WIDTH,
        "pooled_projection_dim": WIDTH,
        "rope_axes_dim": (2, 4, 4),
    }
    return diffusers.HunyuanVideoTransformer3DModel(**usual | different)


def vae() -> Any:
    """Make HunyuanVideo's autoencoder."""
    return diffusers.AutoencoderKLHunyuanVideo(
        latent_channels=_CHANNELS,
        block_out_channels=(8, 8, 8, 8),
        layers_per_block=1,
        norm_num_groups=4,
    )


def scheduler(shift: float = 7.0) -> Any:
    """Make the scheduler that HunyuanVideo is used with."""
    return diffusers.FlowMatchEulerDiscreteScheduler(shift=shift)


def tokenizer() -> Any:
    """Make one as Llama 3 has, that knows the words put around a prompt and cuts nothing off."""
    made = tokenizers.llama()
    made.add_special_tokens({"additional_special_tokens": _HEADS})
    made.add_tokens(sorted({word for template in _templates() for word in template.split()}))
    return made


def llama() -> Any:
    """Make Llama as a text encoder."""
    return transformers.LlamaModel(transformers.LlamaConfig(**_llama())).eval()


def llava(image_token: int) -> Any:
    """Make Llava, which sees a picture as many tokens as its real one."""
    looks = {
        "hidden_size": 4,
        "intermediate_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": _side(),
        "patch_size": _PATCH,
    }
    config = transformers.LlavaConfig(
        text_config=transformers.LlamaConfig(**_llama()),
        vision_config=transformers.CLIPVisionConfig(**looks),
        image_token_index=image_token,
        pad_token_id=3,
    )
    return transformers.LlavaForConditionalGeneration(config).eval()


def image_processor() -> Any:
    """Make what Llava is given pictures by."""
    side = {"height": _side(), "width": _side()}
    return transformers.CLIPImageProcessor(crop_size=side, size=side)


def image_token(made: Any) -> int:
    """Find the token that stands for a picture."""
    return made.convert_tokens_to_ids(_IMAGE)


def _side() -> int:
    return _PATCH * round(_template("image2video")["image_emb_len"] ** 0.5)


def _templates() -> list[str]:
    return [_template(name)["template"] for name in ("", "image2video")]


def _template(name: str) -> dict[str, Any]:
    parts = ["pipeline_hunyuan_video", *([name] if name else [])]
    module = import_module("diffusers.pipelines.hunyuan_video." + "_".join(parts))
    return module.DEFAULT_PROMPT_TEMPLATE


def _llama() -> dict[str, Any]:
    return {
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 3,
        "hidden_size": WIDTH,
        "intermediate_size": 37,
        "num_attention_heads": 4,
        "num_hidden_layers": 4,
        "vocab_size": _VOCABULARY,
    }
