"""LoRA files with random numbers, written as their trainers write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from engine.pipelines.libraries import peft
from engine.pipelines.loaded import Loaded

LAYERS = ["to_q", "to_k", "to_v", "to_out.0"]


def write_lora(
    loaded: Loaded,
    path: Path,
    *,
    rank: int = 4,
    alpha: float = 4,
    seed: int = 0,
    denoiser: str = "transformer",
    layers: list[str] = LAYERS,
) -> Path:
    """Train nothing for a while, and save that for a base."""
    model: Any = getattr(loaded.pipeline, denoiser)
    config = peft().LoraConfig(r=rank, lora_alpha=alpha, target_modules=layers)
    model.add_adapter(config, "trained")
    torch.manual_seed(seed)
    for name, weights in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=0.5)
    loaded.pipeline.save_lora_weights(
        path.parent,
        weight_name=path.name,
        transformer_lora_layers=peft().utils.get_peft_model_state_dict(
            model, adapter_name="trained"
        ),
        transformer_lora_adapter_metadata=model.peft_config["trained"].to_dict(),
    )
    model.unload_lora()
    return path


def as_comfy(path: Path, alpha: float) -> Path:
    """Write one for Wan as it is published: in the names of its authors, alphas beside it."""
    names = {"to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "o"}
    blocks = {"attn1": "self_attn", "attn2": "cross_attn"}
    tensors: dict[str, torch.Tensor] = {}
    for key, value in load_file(path).items():
        _, _, number, block, rest = key.split(".", 4)
        layer, part = rest.rsplit(".lora_", 1)
        name = f"diffusion_model.blocks.{number}.{blocks[block]}.{names[layer]}"
        tensors[f"{name}.lora_{part}"] = value
        tensors[f"{name}.alpha"] = torch.tensor(alpha)
    written = path.with_stem(f"{path.stem}-comfy")
    save_file(tensors, written)
    return written


def without_notes(path: Path) -> Path:
    """Write one again without what peft notes beside it."""
    written = path.with_stem(f"{path.stem}-bare")
    save_file(load_file(path), written, metadata={"format": json.dumps("pt")})
    return written
