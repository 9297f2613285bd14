"""Trying every family on any machine: its checkpoints with random weights, as small as can be.

What holds for a tiny checkpoint holds for a large one of its kind, but for what it looks like.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import numpy as np
import torch

from engine.errors import Stopped
from engine.pipelines.family import Checkpoint, Family, Tiny
from engine.pipelines.loaded import Loaded
from engine.pipelines.take import Footage, Mode, Picture, Take
from engine.pipelines.trials import Outcome, Trial, try_caches, try_loras, try_offload, try_shape

log = logging.getLogger(__name__)

_STEPS = 3
_STOPPED_AT = 1 / 3
_TRIALS: Mapping[str, Callable[[Trial], Outcome]] = {
    "shaped": try_shape,
    "cached": try_caches,
    "offloaded": try_offload,
    "loras": try_loras,  # the last, as one is melted in for good
}


@dataclass(slots=True, kw_only=True)
class Checked:
    """What was found to work of a family, and in a line each what did not.

    Attributes:
        loaded: its checkpoints are read from a folder, without any hub.
        ran: they film from whatever they can begin from, in the shape that was asked for.
        cancelled: they stop within a step.
        reran: what was stopped films the same as before.
        seeded: the same seed gives the same frames, and another one others.
        shaped: they film in another shape, to the frame.
        loras: LoRAs are swapped in and out and melted in; None where there are none for it.
        cached: steps can be left out, as in `loras`.
        offloaded: they film the same with little memory.
    """

    family: str
    loaded: bool = True
    ran: bool = True
    cancelled: bool = True
    reran: bool = True
    seeded: bool = True
    shaped: bool = True
    loras: bool | None = None
    cached: bool | None = None
    offloaded: bool = True
    faults: list[str] = field(default_factory=list[str])

    @property
    def is_fine(self) -> bool:
        """Whether all of it works."""
        return not self.faults

    def note(self, what: str, outcome: Outcome, of: str) -> None:
        """Note what a trial has found."""
        if outcome is not None and getattr(self, what) is None:
            setattr(self, what, True)
        for fault in outcome or ():
            self.fails(what, f"{of}: {fault}")

    def fails(self, what: str, why: str) -> None:
        """Note what does not work."""
        setattr(self, what, False)
        self.faults.append(why)


ROW = tuple(each.name for each in fields(Checked) if each.name != "faults")
"""What is shown of each family."""


def check(family: Family, folder: Path) -> Checked:
    """Try all of a family's checkpoints, which are written to a folder."""
    found = Checked(family=family.name)
    for kind, checkpoint in family.checkpoints.items():
        try:
            loaded = _written_and_read(family, kind, checkpoint, folder / kind)
        except Exception as error:
            log.debug("%s of %s is not loaded", kind, family.name, exc_info=True)
            found.fails("loaded", f"{kind}: {type(error).__name__}: {error}")
            continue
        films: dict[Mode, Footage] = {}
        for mode in checkpoint.pipelines:
            try:
                films[mode] = _try(loaded, mode, found, f"{kind} from {mode}")
            except Exception as error:
                log.debug("%s of %s does not run", kind, family.name, exc_info=True)
                found.fails("ran", f"{kind} from {mode}: {type(error).__name__}: {error}")
        if found.ran:
            mode, film = next(iter(films.items()))
            _try_more(_trial(loaded, kind, folder / kind, mode, film), found)
    return found


def _trial(loaded: Loaded, kind: str, folder: Path, mode: Mode, film: Footage) -> Trial:
    return Trial(
        kind=kind,
        folder=folder,
        loaded=loaded,
        take=a_take(loaded.family, mode, seed=1),
        larger=a_take(loaded.family, mode, seed=1, tiny=_larger(loaded.family)),
        plain=film.frames,
    )


def _try_more(trial: Trial, found: Checked) -> None:
    """Try what is the same from whatever a checkpoint begins."""
    for what, attempt in _TRIALS.items():
        try:
            found.note(what, attempt(trial), trial.kind)
        except Exception as error:
            log.debug("%s of %s is not %s", trial.kind, found.family, what, exc_info=True)
            found.fails(what, f"{trial.kind}: {type(error).__name__}: {error}")


def _larger(family: Family) -> Tiny:
    """Find what is wider and longer than usual by as little as can be."""
    tiny, grid = family.tiny, family.grid
    return replace(tiny, width=tiny.width + grid.side, frames=tiny.frames + grid.frames)


def _written_and_read(family: Family, kind: str, checkpoint: Checkpoint, folder: Path) -> Loaded:
    torch.manual_seed(0)
    Loaded(family, checkpoint, checkpoint.tiny()).write(folder)
    return Loaded.read(family, kind, folder)


def _try(loaded: Loaded, mode: Mode, found: Checked, what: str) -> Footage:
    take = a_take(loaded.family, mode, seed=1)
    first = loaded.film(take)
    if first.frames.shape != (take.frames, take.height, take.width, 3):
        found.fails("ran", f"{what}: gives {first.frames.shape}")
    if loaded.family.has_sound != (first.sound is not None):
        found.fails("ran", f"{what}: sound is {first.sound}")
    seen = _fractions_until_stopped(loaded, take)
    if seen is None or max(seen) > _STOPPED_AT + 1 / _STEPS:
        found.fails("cancelled", f"{what}: goes on after {seen}")
    if not _is_same(loaded.film(take), first):
        found.fails("reran", f"{what}: films otherwise after it was stopped")
    if _is_same(loaded.film(a_take(loaded.family, mode, seed=2)), first):
        found.fails("seeded", f"{what}: films the same with another seed")
    return first


def _fractions_until_stopped(loaded: Loaded, take: Take) -> Sequence[float] | None:
    """Stop a take after its first step; how far it was at each look, None if it was not stopped."""
    seen: list[float] = []

    def watch(fraction: float) -> bool:
        seen.append(fraction)
        return fraction < _STOPPED_AT

    try:
        loaded.film(take, watch)
    except Stopped:
        return seen
    return None


def _is_same(one: Footage, other: Footage) -> bool:
    return bool(np.array_equal(one.frames, other.frames))


def a_take(family: Family, mode: Mode, *, seed: int, tiny: Tiny | None = None) -> Take:
    """Make up something small to film."""
    tiny = tiny or family.tiny
    frames = list(_pictures(tiny.width, tiny.height, tiny.frames))
    pictures = {
        Mode.TEXT: (),
        Mode.PHOTO: (0,),
        Mode.ENDS: (0, tiny.frames - 1),
        Mode.KEYFRAMES: (0, tiny.frames // 2, tiny.frames - 1),
        Mode.EXTEND: (),
        Mode.MOTION: (0,),
    }[mode]
    return Take(
        prompt="a robot dancing in the rain",
        negative="blurry",
        width=tiny.width,
        height=tiny.height,
        frames=tiny.frames,
        fps=tiny.fps,
        steps=_STEPS,
        guidance=tiny.guidance,
        seed=seed,
        pictures={at: frames[at] for at in pictures},
        before=np.stack(frames[:9]) if mode is Mode.EXTEND else None,
        motion=np.stack(frames)[:, ::2, ::2] if mode is Mode.MOTION else None,
    )


def _pictures(width: int, height: int, frames: int) -> Iterator[Picture]:
    """Draw a bright square that moves over a slope of colours."""
    slope = np.zeros((height, width, 3), np.uint8)
    slope[..., 0] = np.linspace(0, 255, width)
    slope[..., 1] = np.linspace(0, 255, height)[:, None]
    for number in range(frames):
        picture, left = slope.copy(), number * (width // 2) // frames
        picture[height // 4 : height // 2, left : left + width // 4, 2] = 200
        yield picture
