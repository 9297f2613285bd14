"""Bases so small that a test films with them, and what is filmed."""

from __future__ import annotations

import numpy as np

from engine.pipelines.bases import Base
from engine.pipelines.longer.script import Script
from engine.pipelines.take import Take

PHOTO = np.random.default_rng(0).integers(0, 255, (64, 96, 3)).astype(np.uint8)
TAKE = Take(
    prompt="it melts",
    width=96,
    height=64,
    frames=9,
    fps=16,
    steps=2,
    guidance=1.0,
    seed=1,
    pictures={0: PHOTO},
)
SCRIPT = Script(shots=(TAKE,), longest=9)


def a_base(of: str, checkpoint: str, **different: object) -> Base:
    """Describe one as bases.toml would."""
    usual: dict[str, object] = {
        "title": "Tiny",
        "family": of,
        "checkpoint": checkpoint,
        "repo": "tests/tiny",
        "licence": "Apache-2.0",
        "gb": {"denoiser": 0.1, "encoder": 0.1, "decoder": 0.1},
        "width": 96,
        "height": 64,
        "frames": 9,
        "fps": 16,
        "steps": 3,
        "guidance": 1.0,
    }
    return Base.model_validate(usual | different)
