"""Longer films, of several takes that begin where the one before them ended.

Where weights can go on from frames they are given the last ones, about a second of motion; where
they can only set a photo in motion it is the last frame. Frames that a take repeats are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from engine.errors import CannotFilm
from engine.pipelines.family import Checkpoint
from engine.pipelines.grid import Grid
from engine.pipelines.loaded import Loaded
from engine.pipelines.longer.drift import LOOKED_AT, Tone, held
from engine.pipelines.longer.soundtrack import Soundtrack
from engine.pipelines.preview import Show
from engine.pipelines.take import Footage, Frames, Mode, Take
from engine.pipelines.watching import Watch, unwatched

LONGEST_S = 60
_GIVEN = 16
"""Frames, besides the first, that a take is given to go on from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What is filmed at once: so many new frames, which may go on from what there is."""

    take: Take
    frames: int
    goes_on: bool


def relay(
    loaded: Loaded,
    shots: Sequence[Take],
    watch: Watch = unwatched,
    *,
    longest: int,
    show: Show | None = None,
) -> Footage:
    """Film shots one after the other, as one film of a minute at most.

    A shot may have a first picture; without one it begins where the shot before it ended. Its
    `frames` are what is seen of it, any number. The first one's seed decides those of all.

    Args:
        loaded: what films.
        shots: of one size and one rate.
        watch: told how far the whole is.
        longest: frames that can be filmed at once.
        show: given pictures of what is being filmed.

    Raises:
        CannotFilm: these weights cannot, or the film would be too long.
        Stopped: `watch` said so.
    """
    first, total = shots[0], sum(shot.frames for shot in shots)
    if total > LONGEST_S * first.fps + 1:
        raise CannotFilm(loaded.family.name, f"a film is at most {LONGEST_S} seconds long")
    parts = list(_parts(loaded, shots, longest))
    film = _Film(first, total)
    for number, part in enumerate(parts):
        most = _given(loaded, longest) if part.goes_on else 0
        given = film.end(most, loaded.family.grid)
        take = replace(_beginning(loaded, part, given), seed=derived(first.seed, number))
        footage = loaded.film(take, share_of(watch, film.done, part.frames, total), show)
        film.add(footage, part, repeated=len(given))
    return Footage(frames=film.frames, fps=first.fps, sound=film.track.sound)


class _Film:
    """What is filmed so far."""

    def __init__(self, first: Take, total: int) -> None:
        self.frames: Frames = np.empty((total, first.height, first.width, 3), np.uint8)
        self.done = 0
        self.track = Soundtrack(first.fps)
        self._scene = 0
        self._tone: Tone | None = None

    def end(self, most: int, grid: Grid) -> Frames:
        """Give the last frames, as many as an autoencoder takes, but none from before a cut."""
        if most == 0:
            return self.frames[:0]
        there = min(most, self.done - self._scene)
        count = (there - 1) // grid.frames * grid.frames + 1
        return self.frames[self.done - count : self.done]

    def add(self, footage: Footage, part: _Part, *, repeated: int) -> None:
        """Go on with what is new of a take."""
        new = footage.frames[repeated : repeated + part.frames]
        if part.goes_on and self._tone is not None:
            new = held(new, self._tone)
        else:
            self._scene, self._tone = self.done, Tone.of(new[:LOOKED_AT])
        self.frames[self.done : self.done + part.frames] = new
        self.done += part.frames
        self.track.add(footage.sound, repeated=repeated, frames=part.frames)


def _parts(loaded: Loaded, shots: Sequence[Take], longest: int) -> Iterator[_Part]:
    """Divide shots into parts that can be filmed at once."""
    name, room = loaded.family.name, longest - _given(loaded, longest)
    for number, shot in enumerate(shots):
        begins = number == 0 or bool(shot.pictures)
        if shot.mode not in (Mode.TEXT, Mode.PHOTO, Mode.MOTION):
            raise CannotFilm(name, "a shot of a longer film begins from words or from a picture")
        if begins and shot.mode not in loaded.checkpoint.pipelines:
            raise CannotFilm(name, f"it cannot begin a film from {shot.mode}")
        first = min(shot.frames, longest) if begins else 0
        if first:
            yield _Part(take=shot, frames=first, goes_on=False)
        if first == shot.frames:
            continue
        if goes_on_by(loaded.checkpoint) is None or room < 1:
            raise CannotFilm(name, "it cannot go on from what was filmed before")
        for frames in _shared(shot.frames - first, room):
            yield _Part(take=shot, frames=frames, goes_on=True)


def _shared(frames: int, most: int) -> list[int]:
    """Divide a number of frames into as few parts as possible, all much of a length."""
    count = ceil(frames / most)
    return [frames * (part + 1) // count - frames * part // count for part in range(count)]


def goes_on_by(checkpoint: Checkpoint) -> Mode | None:
    """Say what a take goes on from after another, if weights of a kind can."""
    modes = (Mode.EXTEND, Mode.PHOTO)
    return next((mode for mode in modes if mode in checkpoint.pipelines), None)


def _given(loaded: Loaded, longest: int) -> int:
    """Tell how many frames a take is given to go on from, if there are as many: half at most."""
    if goes_on_by(loaded.checkpoint) is not Mode.EXTEND:
        return 1
    grid = loaded.family.grid
    return min(_GIVEN, longest // 2) // grid.frames * grid.frames + 1


def _beginning(loaded: Loaded, part: _Part, given: Frames) -> Take:
    """Begin a part's take from what it is given, if that is anything."""
    grid = loaded.family.grid
    if not part.goes_on:
        return replace(part.take, frames=at_least(grid, part.frames))
    if goes_on_by(loaded.checkpoint) is Mode.EXTEND:
        frames = at_least(grid, part.frames + len(given))
        return replace(part.take, frames=frames, pictures={}, before=given)
    return replace(part.take, frames=at_least(grid, part.frames + 1), pictures={0: given[-1]})


def at_least(grid: Grid, frames: int) -> int:
    """Choose the shortest possible length that has so many frames."""
    _, _, length = grid.nearest(grid.side, grid.side, frames)
    return length if length >= frames else length + grid.frames


def derived(seed: int, number: int) -> int:
    """Give each take of a film a seed of its own; the first one keeps the film's."""
    if number == 0:
        return seed
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


def share_of(watch: Watch, done: int, frames: int, total: int) -> Watch:
    """Tell a watch of the whole film how far a part of it is."""
    return lambda fraction: watch((done + fraction * frames) / total)
