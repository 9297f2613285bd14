"""In 16 bits, what a model's authors keep in 32 is kept in 32, whoever reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from engine.pipelines.families import NAMES, family
from engine.pipelines.loaded import Loaded

_KEPT = {
    "diffusers": "_keep_in_fp32_modules",
    # its other list is about float16 alone, whose range is smaller
    "transformers": "_keep_in_fp32_modules_strict",
}
MIXED = {"wan2.1", "wan2.2", "wan2.2-5b", "skyreels-v2", "kandinsky5", "helios", "anyflow"}
"""Some of those whose authors keep layers in 32 bits: what is found for them is not nothing."""


def kept(network: nn.Module) -> Iterator[tuple[str, torch.dtype]]:
    """Find the weights that a library's list says are used in 32 bits."""
    library = type(network).__module__.partition(".")[0]
    listed: Any = getattr(type(network), _KEPT.get(library, ""), None)
    wanted = set(listed or ())
    for name, weights in network.named_parameters():
        if wanted & set(name.split(".")):
            yield name, weights.dtype


@pytest.mark.parametrize("name", NAMES)
def test_what_is_to_be_exact_stays_so_in_16_bits(name: str, tmp_path: Path) -> None:
    of = family(name)
    kind, checkpoint = list(of.checkpoints.items())[-1]
    torch.manual_seed(0)
    Loaded(of, checkpoint, checkpoint.tiny()).write(tmp_path)

    loaded = Loaded.read(of, kind, tmp_path, dtype=torch.bfloat16)

    parts: dict[str, Any] = loaded.pipeline.components
    networks = {part: it for part, it in parts.items() if isinstance(it, nn.Module)}
    found = {
        f"{part}.{weights}": dtype for part, it in networks.items() for weights, dtype in kept(it)
    }
    assert {weights: dtype for weights, dtype in found.items() if dtype != torch.float32} == {}
    assert bool(found) or name not in MIXED
    denoisers = [networks[part] for part in of.denoisers if part in networks]
    assert any(it.dtype == torch.bfloat16 for net in denoisers for it in net.parameters())
    if of.has_exact_vae:
        assert {it.dtype for it in networks["vae"].parameters()} == {torch.float32}
