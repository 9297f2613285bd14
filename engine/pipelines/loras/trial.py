"""Whether a LoRA file suits a base, found out without reading the base."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from engine.errors import LoraInvalid
from engine.pipelines.bases import Base
from engine.pipelines.families import family
from engine.pipelines.libraries import diffusers
from engine.pipelines.loras.lora_file import read_changes


def misfit(base: Base, folder: Path, lora: Path) -> str | None:
    """Say why a LoRA cannot be used with a base in a folder; None if it can, or nobody can tell."""
    of = family(base.family)
    denoiser, *_ = of.denoisers
    names = of.checkpoints[base.checkpoint].pipelines.values()
    made_by = getattr(diffusers, next(iter(names)), None)
    config = _config(folder / denoiser / "config.json")
    built_as = getattr(diffusers, config.get("_class_name", ""), None)
    if made_by is None or built_as is None:
        return None
    with torch.device("meta"):
        network = built_as.from_config(config)
    try:
        # nothing of a pipeline is asked for but what it calls the layers
        read_changes(made_by.__new__(made_by), network, lora)
    except LoraInvalid as error:
        return error.why
    return None


def _config(file: Path) -> dict[str, Any]:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
