"""`zoetrope models list`: the weight files and the bases there are, as tables and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

from deploy.gpus import DRIVERS
from deploy.tables import table
from engine.pipelines.bases import Base, Bases
from engine.pipelines.memory.fitting import Machine, TooSlow, main_memory_gb, usable
from engine.pipelines.memory.profiles import Place, Plan
from engine.settings import EngineSettings
from engine.threads import cores
from engine.weights import Weights, WeightStatus
from engine.weights.hub.bases import BaseFiles, BaseState

Fit = Literal["fits", "with offload", "too large", "too slow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRow:
    """What is shown of a base; `accepted` is whether it may be fetched, `why` what does not fit."""

    base: str
    state: BaseState
    gb: float
    fit: Fit
    why: str
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
    machine, files = this_machine(settings), BaseFiles(settings.models)
    return [
        _row(name, base, files.state(name), machine, settings)
        for name, base in Bases.built_in().by_id.items()
    ]


def _row(
    name: str, base: Base, state: BaseState, machine: Machine, settings: EngineSettings
) -> BaseRow:
    told, why = fit(name, base, machine)
    return BaseRow(
        base=name,
        state=state,
        gb=round(base.gb.whole, 1),
        fit=told,
        why=why,
        licence=base.licence,
        terms=base.terms,
        accepted=not base.terms or name in settings.accepted,
        title=base.title,
    )


def fit(name: str, base: Base, machine: Machine) -> tuple[Fit, str]:
    """Say whether a worker would use a base on a machine, in any way that it films; and why not."""
    found = usable(name, base, machine)
    if isinstance(found, Plan):
        whole = found.denoiser is Place.DEVICE and found.encoder is Place.DEVICE
        return ("fits" if whole else "with offload"), ""
    return ("too slow" if isinstance(found, TooSlow) else "too large"), found.reason


def this_machine(settings: EngineSettings) -> Machine:
    """Look at what a worker has here."""
    return Machine(
        gpu_gb=_gpu_gb(settings.devices[0]),
        ram_gb=main_memory_gb(),
        cores=settings.threads or cores(),
    )


def _gpu_gb(device: str) -> float:
    """Say how much memory the GPU has, 0 if there is none; torch is asked only if there may be.

    Importing it takes seconds.
    """
    if device == "cpu" or not any(driver.exists() for driver in DRIVERS):
        return 0.0
    import torch

    if not torch.cuda.is_available():
        return 0.0
    index = torch.device(device).index if device.startswith("cuda") else None
    return torch.cuda.get_device_properties(index or 0).total_memory / 1e9


def _files(settings: EngineSettings) -> list[WeightStatus]:
    return Weights(settings.models).status(optional=True)


def _licence(row: BaseRow) -> str:
    if not row.terms:
        return row.licence
    return f"{row.licence}, {'accepted' if row.accepted else 'not accepted'}: {row.terms}"
