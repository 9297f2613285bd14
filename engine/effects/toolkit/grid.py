"""The small grid on which motion is solved and smooth light is shaded, whatever the size."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.effects.toolkit.sampling import pixel_grid, resize, sample

LONGER_SIDE = 256
SHORTEST_SIDE = 16

View = tuple[Tensor, Tensor]
"""Where in the picture each pixel of each frame looks: x, y (B, H, W); see `camera.view`."""


class WorkingGrid:
    """A photo's grid of at most 256 cells on the longer side.

    Attributes:
        x: (h, w), columns of the cells.
        y: (h, w), rows of the cells.
        photo_x: (h, w), where in the photo the cells' middles are.
        photo_y: (h, w), the same down.
        scale: photo pixels per cell, across and down.
    """

    def __init__(self, height: int, width: int, device: torch.device) -> None:
        shrink = max(1.0, max(height, width) / LONGER_SIDE)
        rows, columns = (max(SHORTEST_SIDE, round(side / shrink)) for side in (height, width))
        self.scale = (width / columns, height / rows)
        self.x, self.y = pixel_grid(rows, columns, device)
        self.photo_x = (self.x + 0.5) * self.scale[0] - 0.5
        self.photo_y = (self.y + 0.5) * self.scale[1] - 0.5
        self._whole = tuple(plane[None] for plane in pixel_grid(height, width, device))

    def reduced(self, planes: Tensor) -> Tensor:
        """Scale planes (C, H, W) of the photo down to the grid, (1, C, h, w)."""
        return resize(planes[None], *self.x.shape)

    def enlarged(self, planes: Tensor, view: View | None = None) -> Tensor:
        """Scale planes (B, C, h, w) up to the picture, filmed through `view`: (B, C, H, W)."""
        x, y = view or self._whole
        across, down = self.scale
        return sample(planes, (x + 0.5) / across - 0.5, (y + 0.5) / down - 0.5)

    def carried(self, planes: Tensor, steps: Tensor) -> Tensor:
        """Move planes (1, C, h, w) by `HeadRig.pose_steps`, (B, C, h, w)."""
        across, down = self.scale
        return sample(planes, self.x + steps[:, 0] / across, self.y + steps[:, 1] / down)

    def read(self, steps: Tensor, view: View | None = None) -> View:
        """Turn `HeadRig.pose_steps` into maps of where to read the photo, as `pose` does."""
        x, y = view or self._whole
        fine = self.enlarged(steps, view)
        return x + fine[:, 0], y + fine[:, 1]
