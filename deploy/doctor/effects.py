"""The operator's own effects: which are used, and what is wrong in the others."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.doctor.finding import Finding
from engine.effects.catalogue import effect_files
from engine.effects.versions import Versions
from engine.settings import EngineSettings

WHAT = "effects"


def look_at_effects(engine: EngineSettings) -> Iterator[Finding]:
    """Look at the effects in the data folder; where there are none there is nothing to say."""
    files = effect_files(engine.effects)
    faults = Versions(engine.effects).faults
    for fault in faults:
        yield Finding(what=WHAT, found=str(fault), mend="mend it, or remove it")
    if used := len(files) - len(faults):
        yield Finding(what=WHAT, found=f"{used} of your own in {engine.effects}")
