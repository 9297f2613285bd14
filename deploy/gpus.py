"""The GPUs of this machine, and the workers that `zoetrope up` starts for them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.settings import EngineSettings
from engine.threads import share_of_cores

DRIVERS = (Path("/dev/nvidiactl"), Path("/dev/kfd"), Path("/dev/dxg"))
"""One of these is there wherever torch could find a GPU."""
ASK_TORCH = (sys.executable, "-P", "-c", "import torch; print(torch.cuda.device_count())")
_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class WorkerHere:
    """One worker to start, and what it is told besides what all are."""

    name: str
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


def count_gpus(ask: Sequence[str] = ASK_TORCH, drivers: Sequence[Path] = DRIVERS) -> int:
    """Count the GPUs that a worker could use; 0 if that cannot be found out.

    torch is asked, as a driver's own list has GPUs that this torch was not built for, and those
    hidden by CUDA_VISIBLE_DEVICES; in another process, as it takes memory and seconds.
    """
    if not any(driver.exists() for driver in drivers):
        return 0
    try:
        asked = subprocess.run(ask, capture_output=True, text=True, timeout=_PATIENCE_S, check=True)
        return int(asked.stdout.split()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return 0


def workers_here(engine: EngineSettings, gpus: int) -> list[WorkerHere]:
    """Give each of several GPUs a worker, unless a device is chosen; else there is one worker."""
    if engine.device != "auto" or gpus < 2:
        return [WorkerHere("worker")]
    threads = engine.threads or share_of_cores(gpus)
    return [
        WorkerHere(
            f"worker {number + 1}",
            {"ZOETROPE_DEVICE": f"cuda:{number}", "ZOETROPE_THREADS": str(threads)},
        )
        for number in range(gpus)
    ]
