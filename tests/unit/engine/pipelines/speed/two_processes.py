"""Films a take alone and with another process, and says whether both came out the same."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch

from engine.errors import NotHere
from engine.pipelines.check import a_take
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.speed.compiling import CompiledBlocks
from engine.pipelines.speed.context_parallel import ContextParallel, grouped, is_shared
from engine.pipelines.take import Frames

CPU = torch.device("cpu")


def main(rank: int, folder: Path, name: str, kind: str) -> None:
    """Meet the other process at a file in a folder, and film with the checkpoint that is there."""
    torch.set_num_threads(1)
    of, meeting = family(name), folder / "meeting"
    loaded = Loaded.read(of, kind, folder / "checkpoint")
    take = a_take(of, next(iter(loaded.checkpoint.pipelines)), seed=1)
    alone = loaded.film(take).frames
    with grouped(CPU, rank=rank, size=2, meeting=meeting) as mesh:
        switch = ContextParallel(2, mesh)
        try:
            switch.turn_on(loaded)
        except NotHere as error:
            why, apart = error.reason, _apart(alone, loaded.film(take).frames)
        else:
            why, apart = "", _together(loaded, alone, switch)
    is_as_before = np.array_equal(alone, loaded.film(take).frames)
    sys.stdout.write(f"{apart} {is_as_before and not is_shared(loaded)} {why}")


def _together(loaded: Loaded, alone: Frames, switch: ContextParallel) -> int:
    """Film with the other process, as the blocks are written and compiled."""
    take = a_take(loaded.family, next(iter(loaded.checkpoint.pipelines)), seed=1)
    plain = loaded.film(take).frames
    switch.turn_off(loaded)
    compiled = CompiledBlocks(CPU)
    compiled.turn_on(loaded)
    switch.turn_on(loaded)
    fast = loaded.film(take).frames
    switch.turn_off(loaded)
    compiled.turn_off(loaded)
    return max(_apart(alone, plain), _apart(alone, fast))


def _apart(one: Frames, other: Frames) -> int:
    return int(np.abs(one.astype(int) - other).max())


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
