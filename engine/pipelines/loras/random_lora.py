"""LoRAs of random numbers, by which machines and models are tried."""

from __future__ import annotations

import re
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from engine.pipelines.loaded import Loaded

_ATTENTION = re.compile(r"(^|\.)to_(q|k|v|out\.0|query|key|value)$")


def write_random(loaded: Loaded, path: Path, rank: int) -> Path:
    """Write one for the attention of a model's first denoiser."""
    name = loaded.family.denoisers[0]
    tensors: dict[str, torch.Tensor] = {}
    for layer, module in getattr(loaded.pipeline, name).named_modules():
        if isinstance(module, nn.Linear) and _ATTENTION.search(layer):
            down = torch.randn(rank, module.in_features, dtype=torch.bfloat16) / rank
            up = torch.randn(module.out_features, rank, dtype=torch.bfloat16) / rank
            tensors[f"{name}.{layer}.lora_A.weight"] = down
            tensors[f"{name}.{layer}.lora_B.weight"] = up
    save_file(tensors, path)
    return path
