"""`zoetrope models list`: the weight files and the bases there are, as tables and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from deploy.tables import table
from engine.pipelines.bases import Base, Bases
from engine.settings import EngineSettings
from engine.weights import Weights, WeightStatus
from engine.weights.hub.bases import BaseFiles, BaseState

Fit = Literal["fits", "with offload", "too large", "no GPU"]

WORKING_GB = 2.0
"""What a film takes besides the weights, at least."""
OFFLOADED = 3
"""So many times a GPU's memory can denoisers be that are brought in block by block."""

_DRIVERS = (Path("/dev/nvidiactl"), Path("/dev/kfd"), Path("/dev/dxg"))
"""One of these is there wherever torch could find a GPU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRow:
    """What is shown of a base; `accepted` is whether it may be fetched."""

    base: str
    state: BaseState
    gb: float
    fit: Fit
    licence: str
    terms: str
    accepted: bool
    title: str


def as_tables(settings: EngineSettings) -> str:
    """Lay both out for people."""
    files = table(
        ("weights", "state", "MB", "licence", "what for"),
        [
            (file.name, file.state, f"{file.bytes / 1e6:.1f}", file.licence, file.purpose)
            for file in _files(settings)
        ],
    )
    bases = table(
        ("base", "state", "GB", "this machine", "what it is", "licence"),
        [
            (row.base, row.state, f"{row.gb:.1f}", row.fit, row.title, _licence(row))
            for row in base_rows(settings)
        ],
    )
    return f"{files}\n\n{bases}"


def as_json(settings: EngineSettings) -> str:
    """Give both to programs."""
    told = {
        "weights": [asdict(file) for file in _files(settings)],
        "bases": [asdict(row) for row in base_rows(settings)],
    }
    return json.dumps(told, indent=2)


def base_rows(settings: EngineSettings) -> list[BaseRow]:
    """Look at every base."""
    memory_gb, files = gpu_gb(settings.device), BaseFiles(settings.models)
    return [
        BaseRow(
            base=name,
            state=files.state(name),
            gb=round(base.gb.whole, 1),
            fit=fit(base, memory_gb),
            licence=base.licence,
            terms=base.terms,
            accepted=not base.terms or name in settings.accepted,
            title=base.title,
        )
        for name, base in Bases.built_in().by_id.items()
    ]


def fit(base: Base, memory_gb: float | None) -> Fit:
    """Say whether a base can be used with so much memory on a GPU; None: there is none."""
    if memory_gb is None:
        return "no GPU"
    if base.gb.whole + WORKING_GB <= memory_gb:
        return "fits"
    return "with offload" if base.gb.denoiser <= OFFLOADED * memory_gb else "too large"


def gpu_gb(device: str) -> float | None:
    """Say how much memory the GPU has, None if there is none; torch is asked only if there may be.

    Importing it takes seconds.
    """
    if device == "cpu" or not any(driver.exists() for driver in _DRIVERS):
        return None
    import torch

    if not torch.cuda.is_available():
        return None
    index = torch.device(device).index if device.startswith("cuda") else None
    return torch.cuda.get_device_properties(index or 0).total_memory / 1e9


def _files(settings: EngineSettings) -> list[WeightStatus]:
    return Weights(settings.models).status(optional=True)


def _licence(row: BaseRow) -> str:
    if not row.terms:
        return row.licence
    return f"{row.licence}, {'accepted' if row.accepted else 'not accepted'}: {row.terms}"
