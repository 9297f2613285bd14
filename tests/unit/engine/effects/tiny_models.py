"""Models of random numbers, for films that a test can wait for."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from engine.effects.variants import RecipeVariant
from engine.pipelines.bases import Bases
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.longer.script import Script, film
from engine.pipelines.preview import Show
from engine.pipelines.take import Footage, Take
from engine.pipelines.watching import Watch
from tests.unit.engine.effects.tiny_bases import a_base

BASES = Bases(
    {
        "words": a_base("wan2.1", "text"),
        "photo": a_base("wan2.1", "photo"),
        "ends": a_base("wan2.1", "vace"),
        "two_ends": a_base("wan2.2", "photo", fps=8),
        "going_on": a_base("wan2.1", "vace", fps=8, frames=41),
        "sound": a_base("ltx2", "2.0"),
        "motion": a_base("wan-animate2", "motion", height=96),
    }
)


@dataclass
class TinyModels:
    """Models of random numbers, made when they are needed."""

    made: dict[str, Loaded] = field(default_factory=dict[str, Loaded])
    takes: list[Take] = field(default_factory=list[Take])

    def film(
        self, recipe: RecipeVariant, script: Script, watch: Watch, show: Show | None = None
    ) -> Footage:
        self.takes += script.shots
        if recipe.base not in self.made:
            base = BASES.by_id[recipe.base]
            of = family(base.family)
            checkpoint = of.checkpoints[base.checkpoint]
            torch.manual_seed(0)
            self.made[recipe.base] = Loaded(of, checkpoint, checkpoint.tiny())
        return film(self.made[recipe.base], script, watch, show)

    @property
    def last(self) -> Take:
        return self.takes[-1]
