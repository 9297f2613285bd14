"""Films that lead from picture to picture."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from engine.errors import CannotFilm
from engine.pipelines.loaded import Loaded
from engine.pipelines.longer.relay import at_least, derived, share_of
from engine.pipelines.longer.soundtrack import Soundtrack
from engine.pipelines.preview import Show
from engine.pipelines.take import Footage, Frames, Mode, Take
from engine.pipelines.watching import Watch, unwatched

MOST_PICTURES = 7


def through(
    loaded: Loaded,
    take: Take,
    watch: Watch = unwatched,
    *,
    longest: int,
    show: Show | None = None,
) -> Footage:
    """Film from the first of two to seven pictures to the last, through those in between.

    The first is at the first frame of the take and the last at its last one, and it may have any
    number of frames. Where weights know no pictures in between, or not in a film as long, each
    pair of pictures is a take of its own.

    Args:
        loaded: what films.
        take: with the pictures.
        watch: told how far the whole is.
        longest: frames that can be filmed at once.
        show: given pictures of what is being filmed.

    Raises:
        CannotFilm: these weights cannot, or not from these pictures.
        Stopped: `watch` said so.
    """
    legs = _legs(loaded, take, longest)
    total = sum(leg.frames for leg in legs)
    pieces, track, done = list[Frames](), Soundtrack(take.fps), 0
    for number, leg in enumerate(legs):
        repeated = min(number, 1)
        asked = replace(leg, seed=derived(take.seed, number))
        footage = _filmed(loaded, asked, share_of(watch, done, leg.frames, total), show)
        pieces.append(footage.frames[repeated:])
        track.add(footage.sound, repeated=repeated, frames=leg.frames - repeated)
        done += leg.frames
    return Footage(frames=np.concatenate(pieces), fps=take.fps, sound=track.sound)


def _legs(loaded: Loaded, take: Take, longest: int) -> list[Take]:
    """Divide a film into what can be filmed at once."""
    name, modes = loaded.family.name, loaded.checkpoint.pipelines
    places = sorted(take.pictures)
    if not 2 <= len(places) <= MOST_PICTURES:
        raise CannotFilm(name, f"a film leads through 2 to {MOST_PICTURES} pictures")
    if (places[0], places[-1]) != (0, take.frames - 1):
        raise CannotFilm(name, "the first and the last frame have to be among the pictures")
    if take.mode in modes and take.frames <= longest:
        return [take]
    if Mode.ENDS not in modes:
        raise CannotFilm(name, "it cannot lead from one picture to another")
    legs = [_leg(take, first, last) for first, last in pairwise(places)]
    if max(leg.frames for leg in legs) > longest:
        raise CannotFilm(name, f"pictures are less than {longest} frames apart")
    return legs


def _leg(take: Take, first: int, last: int) -> Take:
    length = last - first + 1
    pictures = {0: take.pictures[first], length - 1: take.pictures[last]}
    return replace(take, frames=length, pictures=pictures)


def _filmed(loaded: Loaded, take: Take, watch: Watch, show: Show | None) -> Footage:
    """Film a take of any length: in the next one that is possible, with some frames left out."""
    length = at_least(loaded.family.grid, take.frames)
    stretched = (length - 1) / (take.frames - 1)
    pictures = {round(at * stretched): picture for at, picture in take.pictures.items()}
    footage = loaded.film(replace(take, frames=length, pictures=pictures), watch, show)
    kept = np.rint(np.arange(take.frames) * stretched).astype(int)
    return replace(footage, frames=footage.frames[kept])
