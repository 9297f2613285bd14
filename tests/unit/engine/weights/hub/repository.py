"""A repository with a base in it, and with much that nobody needs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from engine.weights.hub.reference import Origin

REPO = "makers/films"
ORIGIN = Origin(repo=REPO)
INDEX = {
    "_class_name": "WanPipeline",
    "_diffusers_version": "0.42.1",
    "boundary_ratio": None,
    "image_encoder": [None, None],
    "text_encoder": ["transformers", "UMT5EncoderModel"],
    "tokenizer": ["transformers", "T5TokenizerFast"],
    "transformer": ["diffusers", "WanTransformer3DModel"],
}


def tensors(seed: int, size: int = 3000) -> bytes:
    """A file of tensors, whose content is random."""
    return save({"weight": np.random.default_rng(seed).random(size, np.float32)})


def published() -> dict[str, bytes]:
    """Give its files."""
    return {
        "README.md": b"films",
        "LICENSE": b"do as you like",
        "model_index.json": json.dumps(INDEX).encode(),
        "example.mp4": b"a film",
        "original.safetensors": tensors(9),
        "modeling.py": b"raise SystemExit",
        "text_encoder/config.json": b"{}",
        "text_encoder/model.safetensors": tensors(1),
        "text_encoder/model.fp16.safetensors": tensors(2),
        "text_encoder/pytorch_model.bin": b"a pickle",
        "tokenizer/spiece.model": b"pieces",
        "tokenizer/tokenizer.json": b'{"words": []}',
        "transformer/config.json": b"{}",
        "transformer/diffusion_pytorch_model.safetensors": tensors(3, 30_000),
        "unused/diffusion_pytorch_model.safetensors": tensors(4),
    }


WANTED = {
    "LICENSE",
    "model_index.json",
    "text_encoder/config.json",
    "text_encoder/model.safetensors",
    "tokenizer/spiece.model",
    "tokenizer/tokenizer.json",
    "transformer/config.json",
    "transformer/diffusion_pytorch_model.safetensors",
}
LARGEST = "transformer/diffusion_pytorch_model.safetensors"


def files_in(folder: Path) -> set[str]:
    """List the files of a folder, by path."""
    return {it.relative_to(folder).as_posix() for it in folder.rglob("*") if it.is_file()}


def quiet(_line: str) -> None:
    """Hear nothing of what is being done."""
