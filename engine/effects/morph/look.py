"""Morph: the face of one photo becomes the face of another."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from engine.effects.look import Frames, Shot
from engine.effects.morph.backdrop import Backdrop
from engine.effects.morph.choreography import Story, story
from engine.effects.morph.framing import Framing
from engine.effects.morph.order import STYLES, turned, with_mouth
from engine.effects.morph.pairing import Pairing, Places
from engine.effects.morph.person import Person
from engine.effects.toolkit.curves import smoothstep
from engine.effects.toolkit.film import film
from engine.effects.toolkit.finish import Finisher, Grade
from engine.effects.toolkit.light import to_linear
from engine.effects.toolkit.sampling import column, pixel_grid
from engine.vision.scene import Scene

GRADE = Grade(bloom=0.0, vignette=0.1, grain=0.006, sharpen=0.15, shoulder=0.0)
LEAST_KNOWN = 0.03
"""How much a place beyond its photo still counts."""
TONE_DONE = 0.8
"""When light and tone are the second photo's, of the whole."""


def morph(scene: Scene, other: Scene, shot: Shot) -> Iterator[Frames]:
    """Turn the person of a scene into that of another; options `style` and `loop`."""
    yield from film(scene, shot, _Film(scene, other, shot).frames)


class _Film:
    """What is prepared once for all frames."""

    def __init__(self, first: Scene, second: Scene, shot: Shot) -> None:
        self._framing = Framing(first, second)
        self._first, self._second = Person(first), Person(second)
        self._grid = self._first.grid
        self._pairing = Pairing(first, second, self._framing.matched, self._grid)
        order = STYLES[str(shot.params["style"])](self._pairing.points, self._grid, shot.seed)
        self._order = with_mouth(order, self._pairing.points, (first.face, second.face), self._grid)
        self._story = story(shot, order.eyes_turn)
        x, y = pixel_grid(first.height, first.width, first.device)
        self._whole = x[None], y[None]
        self._backdrop = Backdrop((self._first, self._second), self._framing, self._order.ground)
        self._finisher = Finisher(
            GRADE, first.height, first.width, seed=shot.seed, device=first.device
        )

    def frames(self, chunk: slice) -> Frames:
        now = self._story.part(chunk)
        ground = self._backdrop(now.shape, now.turned, self._whole)
        picture = self._with_people(ground, now)
        return self._finisher(to_linear(picture), strength=now.presence, first=chunk.start)

    def _with_people(self, ground: Tensor, now: Story) -> Tensor:
        """Solve all motion on the grid, and see both people through the camera."""
        places = self._pairing.places(now.shape, self._pose(now))
        known = self._known(places)
        whose = turned(self._grid.carried(self._order.head, places.halfway), now.turned)
        whose = _leaning(whose, *known)
        mend = self._mend(places, now, whose)
        x, y = self._framing.camera(now.shape).back(*self._whole)
        planes = torch.cat([places.first, places.second, whose, *known, mend], 1)
        fine = self._grid.enlarged(planes, (x, y))
        here = x + fine[:, 0], y + fine[:, 1]
        there = self._framing.matched.back(x + fine[:, 2], y + fine[:, 3])
        whose, own_known, other_known = (fine[:, plane, None] for plane in (4, 5, 6))
        how = {"lids": now.lids, "edges": 1 - now.presence}
        own = self._first.shown(here, 1 - whose, own_known, **how)
        other = self._second.shown(there, whose, other_known, **how)
        people = own.light + other.light + fine[:, 7:] * torch.minimum(own.whole, other.whole)
        return people + ground * (1 - own.cover - other.cover)

    def _known(self, places: Places) -> tuple[Tensor, Tensor]:
        """Say on the grid which places either photo shows."""
        x, y = self._grid.photo_x, self._grid.photo_y
        there = x + places.second[:, 0], y + places.second[:, 1]
        own = self._first.known(x + places.first[:, 0], y + places.first[:, 1])
        return own, self._second.known(*self._framing.matched.back(*there))

    def _mend(self, places: Places, now: Story, whose: Tensor) -> Tensor:
        """Let light and tone of the face change slowly, whatever its details do."""
        grid = self._grid
        own = grid.carried(self._first.tone, places.first)
        x, y = grid.photo_x + places.second[:, 0], grid.photo_y + places.second[:, 1]
        there = self._framing.matched.back(x, y)
        other = self._second.on_grid(self._second.tone, *there)
        slow = smoothstep(0.0, TONE_DONE, column(now.turned, whose.device))
        return (other - own) * (slow - whose) * grid.carried(self._pairing.near, places.halfway)

    def _pose(self, now: Story) -> Tensor:
        """Move both heads alike, each as deep as it is: displacements on the grid."""
        turn = (now.yaw, now.pitch, now.roll)
        own, other = (
            person.rig.pose_steps(*turn, expression=now.expression)
            for person in (self._first, self._second)
        )
        matched = self._framing.matched
        there = matched.back(self._grid.photo_x[None], self._grid.photo_y[None])
        other = matched.steps(self._second.on_grid(other, *there))
        return torch.lerp(own, other, column(now.shape, own.device))


def _leaning(whose: Tensor, own_known: Tensor, other_known: Tensor) -> Tensor:
    """Lean to the photo that shows a place, where the other one does not reach."""
    own = (1 - whose) * own_known.clamp_min(LEAST_KNOWN)
    other = whose * other_known.clamp_min(LEAST_KNOWN)
    return other / (own + other)
