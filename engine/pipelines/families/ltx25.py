"""LTX-2.5: as LTX-2.3, by words that do not change from step to step.

Its second decoder, which makes frames out of noise, is left out: it attends to neighbours by a
kernel that is code on a hub, or else to all of a film at once, for which no memory is large enough.
"""

from __future__ import annotations

from typing import ClassVar

from engine.pipelines.families.ltx2 import PIPELINE, Ltx2, tiny
from engine.pipelines.family import Checkpoint
from engine.pipelines.take import WITHOUT_MOTION
from engine.pipelines.tiny import ltx2


class Ltx25(Ltx2):
    """LTX-2.5."""

    name = "ltx2.5"
    checkpoints: ClassVar = {
        "any": Checkpoint(
            pipelines=dict.fromkeys(WITHOUT_MOTION, PIPELINE),
            tiny=lambda: tiny(ltx2.transformer_2_5(), ltx2.connectors_2_3()),
        )
    }
