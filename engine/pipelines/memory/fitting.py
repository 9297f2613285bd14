"""Whether a base is of use on a machine: it has to be held, and film in a time that people wait.

Of a GPU that holds a base nothing more is asked. A CPU with enough memory holds any of them, and
films with few: what it would take is foretold by the work alone that the weights make.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from engine.pipelines.bases import TAUGHT, Base, Stepping
from engine.pipelines.memory.profiles import Plan, Unfit, plan

LONGEST_S = 600.0
"""That a clip may take without a GPU."""
_CORE_FLOPS = 50e9
"""What a core gets of operations a second, in 32 bits."""
_PIXELS_A_TOKEN = 16 * 16 * 4
"""Of a film; the few families that take more of them together are faster than is foretold."""
_BYTES_A_WEIGHT = 2


class TooSlow(Unfit):
    """It would take longer than anybody waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What films are made on.

    Attributes:
        gpu_gb: memory of its GPU; 0: it has none.
        ram_gb: main memory.
        cores: that may be used of its processor.
    """

    gpu_gb: float
    ram_gb: float
    cores: int


def main_memory_gb() -> float:
    """Say how much main memory there is."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def fitted(name: str, base: Base, machine: Machine) -> Plan | Unfit:
    """Find how a base is held on a machine, by the name it is held by; or why it is of no use."""
    if machine.gpu_gb <= 0:
        _, _, steps = name.partition(TAUGHT)
        seconds = least_s(base, base.stepping(int(steps) if steps else None), machine.cores)
        if seconds > LONGEST_S:
            return TooSlow(f"without a GPU a clip of it takes {_about(seconds)}")
    return plan(base, machine.gpu_gb, machine.ram_gb)


def usable(base_id: str, base: Base, machine: Machine) -> Plan | Unfit:
    """Find how a base is held as it was published, or else as it is taught few steps."""
    taught = [f"{base_id}{TAUGHT}{steps}" for steps in base.fewer]
    found = [fitted(name, base, machine) for name in (base_id, *taught)]
    return next((each for each in found if isinstance(each, Plan)), found[-1])


def least_s(base: Base, stepping: Stepping, cores: int) -> float:
    """Foretell the seconds of a clip without a GPU: those of its denoiser, without attention."""
    weights = base.gb.denoiser * 1e9 / _BYTES_A_WEIGHT
    tokens = base.width * base.height * base.frames / _PIXELS_A_TOKEN
    runs = stepping.steps * (2 if stepping.guidance > 1 else 1)
    return 2 * weights * tokens * runs / (cores * _CORE_FLOPS)


def _about(seconds: float) -> str:
    minutes = seconds / 60
    if minutes < 120:
        return f"{minutes:.0f} minutes or more"
    hours = minutes / 60
    return f"{hours:.0f} hours or more" if hours < 48 else f"{hours / 24:.0f} days or more"
