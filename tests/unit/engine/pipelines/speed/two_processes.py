"""Films a take alone and with another process, and says whether both came out the same."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist

from engine.pipelines.check import a_take
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.speed.context_parallel import ContextParallel
from engine.pipelines.take import Mode


def main(rank: int, folder: Path) -> None:
    """Meet the other process at a file in a folder, and film with the checkpoint that is there."""
    torch.set_num_threads(1)
    # diffusers asks how many GPUs there are, and divides by it
    torch.accelerator.device_count = lambda: 1
    dist.init_process_group(
        "gloo", init_method=f"file://{folder / 'meeting'}", rank=rank, world_size=2
    )
    of = family("wan2.1")
    loaded = Loaded.read(of, "text", folder / "checkpoint")
    take, switch = a_take(of, Mode.TEXT, seed=1), ContextParallel(2)
    alone = loaded.film(take).frames
    switch.turn_on(loaded)
    together = loaded.film(take).frames
    switch.turn_off(loaded)
    alone_again = loaded.film(take).frames
    dist.destroy_process_group()
    apart = np.abs(alone.astype(int) - together.astype(int)).max()
    sys.stdout.write(f"{apart} {np.array_equal(alone, alone_again)}")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
