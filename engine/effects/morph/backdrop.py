"""The two backgrounds: one gives way to the other, out of focus while it does."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.effects.morph.framing import Framing
from engine.effects.morph.order import turned
from engine.effects.morph.person import Person
from engine.effects.toolkit.curves import Track
from engine.effects.toolkit.grid import View


class Backdrop:
    """What is behind both people; `lead` is the order in which its places turn."""

    def __init__(self, people: tuple[Person, Person], framing: Framing, lead: Tensor) -> None:
        self._people = people
        self._framing = framing
        self._lead = lead

    def __call__(self, way: Track, done: Track, whole: View) -> Tensor:
        """Film it: (B, 3, H, W).

        Args:
            way: of the camera, see `Framing`.
            done: how far the whole has turned.
            whole: every pixel of the clip.
        """
        grid, cameras = self._people[0].grid, self._framing.backdrops(way)
        whose = turned(self._lead, done)
        soft, sharp = torch.zeros_like(whose), list[Tensor]()
        for person, camera, share in zip(self._people, cameras, (1 - whose, whose), strict=True):
            places = camera.back(grid.photo_x[None], grid.photo_y[None])
            sharp.append(share * (1 - 4 * whose * (1 - whose)) * person.known(*places))
            soft = soft + person.on_grid(person.haze, *places) * (share - sharp[-1])
        planes = grid.enlarged(torch.cat([soft, *sharp], 1))
        picture = planes[:, :3]
        for index, (person, camera) in enumerate(zip(self._people, cameras, strict=True)):
            if sharp[index].amax() > 0:
                picture = picture + person.ground(*camera.back(*whole)) * planes[:, 3 + index, None]
        return picture
