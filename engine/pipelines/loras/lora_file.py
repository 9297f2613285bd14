"""What is in a LoRA file: which layers of a denoiser it changes, and how."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
import torch
from torch import nn

from engine.errors import LoraInvalid
from engine.pipelines.family import Pipeline
from engine.pipelines.libraries import diffusers

_PICKLES = (b"\x80", b"PK")
_NO_SAFETENSORS = "is no safetensors file; others may run code, so they are not read"
_WORD = re.compile(r"^(?P<layer>.+)\.lora_(?P<part>[AB])\.(?P<kind>weight|bias)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a LoRA does to one layer: adds `scale * up @ down` to it.

    Attributes:
        bias: added to its bias.
    """

    down: torch.Tensor
    up: torch.Tensor
    scale: float
    bias: torch.Tensor | None = None

    @property
    def rank(self) -> int:
        """How many numbers there are between both."""
        return self.down.shape[0]


def read_changes(pipeline: Pipeline, denoiser: nn.Module, path: Path) -> Mapping[str, Change]:
    """Read a file, whoever's way of naming layers it is in.

    Raises:
        LoraInvalid: it is no safetensors file, is damaged, or is for another base.
    """
    keys = _keys(path)
    try:
        state, alphas, notes = _converted(pipeline, path)
        changes = _changes(state, alphas, notes)
    except (AttributeError, KeyError, IndexError, ValueError) as error:
        raise LoraInvalid(path.name, _unfit(keys, pipeline)) from error
    _check(path, keys, pipeline, denoiser, changes)
    return changes


def _keys(path: Path) -> list[str]:
    """Name the tensors of a safetensors file, having seen that all of it is there."""
    if path.suffix != ".safetensors":
        raise LoraInvalid(path.name, _NO_SAFETENSORS)
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            return list(file.keys())
    except OSError as error:
        raise LoraInvalid(path.name, f"cannot be read: {error.strerror or error}") from error
    except safetensors.SafetensorError as error:
        with path.open("rb") as file:
            is_pickle = file.read(2).startswith(_PICKLES)
        why = _NO_SAFETENSORS if is_pickle else "is cut short or damaged: fetch it again"
        raise LoraInvalid(path.name, why) from error


def _converted(pipeline: Pipeline, path: Path) -> tuple[dict[str, Any], Any, Any]:
    """Give its tensors by diffusers' names, with the strengths that stand beside them."""
    if not hasattr(pipeline, "lora_state_dict"):
        raise LoraInvalid(path.name, f"has no use: {type(pipeline).__name__} takes no LoRA")
    state, *alphas, notes = pipeline.lora_state_dict(
        str(path), local_files_only=True, use_safetensors=True, return_lora_metadata=True
    )
    return state, (alphas[0] if alphas else None) or {}, notes or {}


def _changes(state: dict[str, Any], alphas: Any, notes: Any) -> Mapping[str, Change]:
    prefix = next(iter(state)).split(".", 1)[0] + "."
    if not all(key.startswith(prefix) for key in state):
        raise ValueError(f"not everything is in {prefix}")
    named = {key.removeprefix(prefix): value for key, value in state.items()}
    if not any(".lora_A." in key for key in named):
        named = diffusers.utils.convert_unet_state_dict_to_peft(named)
    parts: dict[str, dict[tuple[str, str], torch.Tensor]] = {}
    for key, value in named.items():
        if (found := _WORD.match(key)) is None:
            raise ValueError(f"{key} is nothing of a LoRA")
        parts.setdefault(found["layer"], {})[found["part"], found["kind"]] = value
    strengths = _Strengths(
        {key.removeprefix(prefix): value for key, value in notes.items()},
        {key.removeprefix(prefix).removesuffix(".alpha"): value for key, value in alphas.items()},
    )
    return {
        layer: Change(
            down=of["A", "weight"],
            up=of["B", "weight"],
            scale=strengths.scale(layer, of["A", "weight"].shape[0]),
            bias=of.get(("B", "bias")),
        )
        for layer, of in parts.items()
    }


@dataclass(frozen=True, slots=True)
class _Strengths:
    """How strong each layer's change is, by peft's notes in the file or by its alphas."""

    notes: Mapping[str, Any]
    alphas: Mapping[str, float]

    def scale(self, layer: str, rank: int) -> float:
        alpha = self._alpha(layer)
        if alpha is None:
            return 1.0
        return float(alpha) / (math.sqrt(rank) if self.notes.get("use_rslora") else rank)

    def _alpha(self, layer: str) -> float | None:
        if layer in self.alphas:
            return self.alphas[layer]
        for pattern, alpha in (self.notes.get("alpha_pattern") or {}).items():
            if re.match(rf"(.*\.)?({pattern})$", layer):
                return alpha
        return self.notes.get("lora_alpha")


def _check(
    path: Path,
    keys: list[str],
    pipeline: Pipeline,
    denoiser: nn.Module,
    changes: Mapping[str, Change],
) -> None:
    layers = {
        name.removesuffix(".base_layer"): module
        for name, module in denoiser.named_modules()
        if isinstance(module, nn.Linear)
    }
    for layer, change in changes.items():
        if (linear := layers.get(layer)) is None:
            raise LoraInvalid(path.name, _unfit(keys, pipeline))
        wanted = (linear.out_features, linear.in_features)
        found = (change.up.shape[0], change.down.shape[1])
        if found != wanted:
            sizes = (
                f"its layers are {found[0]} by {found[1]}, this base's {wanted[0]} by {wanted[1]}"
            )
            raise LoraInvalid(path.name, f"{_unfit(keys, pipeline)}: {sizes}")


def _unfit(keys: list[str], pipeline: Pipeline) -> str:
    here = type(pipeline).__name__.removesuffix("Pipeline")
    return f"is for another base than {here}: it looks like {looks_like(keys)}"


_MARKS = (
    (r"lora_te|text_encoder|(down|up)_blocks|lora_unet_(input|output|down|up)", "Stable Diffusion"),
    (r"audio_|av_ca|video_to_audio", "LTX-2"),
    (r"double_blocks|single_transformer_blocks|img_attn_qkv|context_embedder", "HunyuanVideo"),
    (r"visual_transformer_blocks", "Kandinsky 5"),
    (r"(^|\.|lora_unet_)blocks[._]\d+[._](self_attn|cross_attn|attn1|attn2|ffn)", "Wan"),
    (r"transformer_blocks\.\d+\.attn2", "LTX-Video"),
    (r"transformer_blocks\.\d+\.attn1", "CogVideoX"),
)


def looks_like(keys: list[str]) -> str:
    """Guess from the names of its layers what a LoRA was made for."""
    for mark, name in _MARKS:
        if any(re.search(mark, key) for key in keys):
            return f"one for {name}"
    return "no LoRA of a video model"
