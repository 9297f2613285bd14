"""Weights that are published only as a pickle: read as tensors alone, and kept as safetensors.

Only files whose sha256 the engine names itself come here.
"""

from __future__ import annotations

import pickle
from pathlib import Path, PurePosixPath
from typing import Any

from engine.errors import WeightsRefused


def converted_path(path: str) -> str:
    """Name what a pickle becomes, as the libraries look for it."""
    it = PurePosixPath(path)
    stem = "model" if it.stem == "pytorch_model" else it.stem
    return str(it.with_name(f"{stem}.safetensors"))


def convert(source: Path, target: Path) -> None:
    """Write the tensors of a pickle as safetensors.

    Raises:
        WeightsRefused: there is something else in it.
    """
    import torch
    from safetensors.torch import save_file

    try:
        read: Any = torch.load(source, map_location="cpu", weights_only=True)
        # tensors may share memory there, and may not here
        tensors = {str(name): tensor.contiguous().clone() for name, tensor in read.items()}
        save_file(tensors, target, metadata={"format": "pt"})
    except (pickle.UnpicklingError, RuntimeError, AttributeError, EOFError) as error:
        raise WeightsRefused(source.name, "it holds something else than tensors") from error
