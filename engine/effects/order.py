"""One clip that is to be made, and telling how far it is."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.effects.catalogue import Effect
from engine.effects.variants import LookVariant, RecipeVariant
from engine.errors import Stopped
from engine.jobs.errors import Refused
from engine.jobs.job import ClipFormat, ParamValue
from engine.jobs.receipt import PhotoUsed
from engine.jobs.refusal import Refusal, RefusalCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One clip to make; `photos` are (H, W, 3) RGB, the first of which gives the clip its shape.

    `prompt` is the words of whoever asks. With `frames`, the clip is as long as that. `sources` say
    what the photos were read from, as far as that is known.
    """

    effect: Effect
    variant: LookVariant | RecipeVariant
    photos: Sequence[NDArray[np.uint8]]
    seed: int
    prompt: str = ""
    params: Mapping[str, ParamValue] = field(default_factory=dict[str, ParamValue])
    format: ClipFormat = field(default_factory=ClipFormat)
    frames: int | None = None
    sources: Sequence[PhotoUsed] = ()

    @property
    def needed(self) -> Sequence[NDArray[np.uint8]]:
        """As many of its photos as the effect takes; a look takes no more than it needs.

        Raises:
            Refused: PHOTO_NEEDED, there are fewer.
        """
        needed = self.effect.about.photos
        if len(self.photos) < needed:
            raise Refused(Refusal(RefusalCode.PHOTO_NEEDED, {"photos": needed}))
        is_look = isinstance(self.variant, LookVariant)
        return self.photos[: needed if is_look else self.effect.photos_taken]


Report = Callable[[str, float], bool]
"""Told the stage and its 0..1 after every chunk; answers whether to go on."""


def unwatched(_stage: str, _fraction: float) -> bool:
    """Report to nobody and never stop."""
    return True


def go_on(report: Report, stage: str, fraction: float) -> None:
    """Say how far a stage is.

    Raises:
        Stopped: whoever hears it wants no more.
    """
    if not report(stage, fraction):
        raise Stopped


@contextmanager
def about_photo(number: int, photos: int) -> Generator[None]:
    """Let a refusal say which of several photos it is about."""
    try:
        yield
    except Refused as refused:
        if photos == 1:
            raise
        refusal = refused.refusal
        raise Refused(Refusal(refusal.code, {**refusal.data, "photo": number})) from refused
