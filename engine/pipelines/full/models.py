"""Which models are there in full size, and how each is filmed with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from engine.pipelines.bases import Bases
from engine.pipelines.families import family
from engine.pipelines.family import Pipeline
from engine.pipelines.full import ltx2, minimax_h3, wan
from engine.pipelines.full.numbers import keep_what_must_be_in_32_bits, made_on
from engine.pipelines.loaded import Loaded
from engine.pipelines.take import Mode, Take

MODELS: Mapping[str, Callable[[], Pipeline]] = {
    "wan2-1-t2v-1-3b": wan.small_text,
    "wan2-1-i2v-14b-480p": wan.large_photo,
    "wan2-2-ti2v-5b": wan.middle,
    "wan2-2-animate-2-14b": wan.animate,
    "ltx-2-19b": ltx2.first,
    "minimax-h3": minimax_h3.whole,
}
"""By the name of their base in bases.toml, which says how its authors film with it."""


_FEW = 4
_FEW_OF_LTX = 8
"""Steps that distilled models of a kind are taught."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FullSize:
    """A model and what it films, as its authors do.

    Attributes:
        name: that of its base.
        kind: which of its family's checkpoints it is.
        few: in how many steps it films when it is distilled.
    """

    name: str
    kind: str
    take: Take
    few: int

    def load(self, device: torch.device) -> Loaded:
        """Make its weights on a device, of the same random numbers every time."""
        of = family(Bases.built_in().by_id[self.name].family)
        torch.manual_seed(0)
        with made_on(device, torch.bfloat16):
            pipeline = MODELS[self.name]()
        loaded = Loaded(of, of.checkpoints[self.kind], pipeline)
        for name in of.denoisers:
            keep_what_must_be_in_32_bits(getattr(pipeline, name))
        return loaded


def full_size(name: str) -> FullSize:
    """Find a model.

    Raises:
        KeyError: there is none of that name.
    """
    if name not in MODELS:
        raise KeyError(name)
    base = Bases.built_in().by_id[name]
    modes = family(base.family).checkpoints[base.checkpoint].pipelines
    grey = np.full((base.height, base.width, 3), 128, np.uint8)
    take = Take(
        prompt="a robot dancing in the rain",
        negative="blurry",
        width=base.width,
        height=base.height,
        frames=base.frames,
        fps=base.fps,
        steps=base.steps,
        guidance=base.guidance,
        shift=base.shift,
        seed=1,
        pictures={} if Mode.TEXT in modes else {0: grey},
        motion=grey[None] if Mode.MOTION in modes else None,
    )
    few = _FEW_OF_LTX if base.family == "ltx2" else _FEW
    return FullSize(name=name, kind=base.checkpoint, take=take, few=few)
