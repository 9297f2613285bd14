"""A film as it is asked for, be it one take or several."""

from __future__ import annotations

from dataclasses import dataclass

from engine.pipelines.loaded import Loaded
from engine.pipelines.longer.keyframes import through
from engine.pipelines.longer.relay import relay
from engine.pipelines.preview import Show
from engine.pipelines.take import Footage, Take
from engine.pipelines.watching import Watch, unwatched


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Shots of one size and one rate, seen one after the other.

    Attributes:
        shots: each of any length; one that leads from picture to picture is the only one.
        longest: frames that are filmed at once.
    """

    shots: tuple[Take, ...]
    longest: int

    @property
    def first(self) -> Take:
        """The shot it begins with."""
        return self.shots[0]

    @property
    def frames(self) -> int:
        """How many there are in all."""
        return sum(shot.frames for shot in self.shots)


def film(
    loaded: Loaded, script: Script, watch: Watch = unwatched, show: Show | None = None
) -> Footage:
    """Film a script, in as few takes as it needs.

    Raises:
        CannotFilm: these weights cannot.
        Stopped: `watch` said so.
    """
    if len(script.first.pictures) > 1:
        return through(loaded, script.first, watch, longest=script.longest, show=show)
    return relay(loaded, script.shots, watch, longest=script.longest, show=show)
