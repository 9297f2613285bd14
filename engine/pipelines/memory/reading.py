"""Reading a base from the disk, and saying in a sentence what is wrong with one that is damaged."""

from __future__ import annotations

import logging
from pathlib import Path

import torch
from torch import nn

from engine.errors import WeightsUnreadable
from engine.pipelines.bases import Base
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.memory.device_memory import is_out_of_memory
from engine.weights.hub.bases import fetching
from engine.weights.hub.inspection import fault_in

log = logging.getLogger(__name__)

_LINE = 200
"""Characters of what a library says that are passed on."""


def read_base(base: Base, folder: Path, dtype: torch.dtype) -> Loaded:
    """Read a base; the debug log has all that libraries say of a damaged one.

    Raises:
        WeightsUnreadable: it is damaged; says in which way.
    """
    try:
        loaded = Loaded.read(family(base.family), base.checkpoint, folder, dtype=dtype)
        _check_all_there(loaded)
    except Exception as error:
        if is_out_of_memory(error):
            raise
        log.debug("%s cannot be read", folder, exc_info=True)
        why = fault_in(folder) or _in_a_line(error, folder)
        raise WeightsUnreadable(folder.name, why, fetching(folder.name)) from error
    return loaded


def _check_all_there(loaded: Loaded) -> None:
    """Libraries go on without weights that a network has and its files have not."""
    for name, network in loaded.pipeline.components.items():
        if isinstance(network, nn.Module) and any(each.is_meta for each in network.parameters()):
            raise ValueError(f"{name} lacks some of its weights")


def _in_a_line(error: Exception, folder: Path) -> str:
    said = " ".join(str(error).replace(f"{folder}/", "").split()) or type(error).__name__
    return said if len(said) <= _LINE else f"{said[:_LINE]}…"
