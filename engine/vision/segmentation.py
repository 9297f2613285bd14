"""Where the net sees people, coarsely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from engine.vision.arrays import Floats, Photo, resampled, resized
from engine.vision.crop import Crop
from engine.vision.network import Network
from engine.vision.scene import Face

_CLOSE, _WIDE = 2.15, 3.2
"""Sides of the two squares the net looks at, in face heights: for detail, and for context."""
_FADE = 0.1
"""Part of a square, at its edges, in which the net is trusted less."""


@dataclass(frozen=True, slots=True)
class _Window:
    """A rectangle of the photo, in whole pixels."""

    left: int
    top: int
    right: int
    bottom: int

    def cut(self, photo: Photo) -> Photo:
        return photo[self.top : self.bottom, self.left : self.right]


class PersonNet:
    """Tells people from background."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def __call__(self, photo: Photo, crop: Crop, face: Face) -> Floats:
        """Look at the surroundings of a face twice, closely and widely, and each time mirrored.

        Args:
            photo: (H, W, 3).
            crop: the part of the photo to tell about.
            face: in the photo's pixels.

        Returns:
            (crop height, crop width) 0..1, the net's belief that there is a person.
        """
        shown = max(crop.photo_width, crop.photo_height)
        sides = face.height * _CLOSE, max(face.height * _WIDE, shown)
        windows = [_window(photo, face, side) for side in sides]
        total = np.zeros((crop.height, crop.width), np.float32)
        weights = np.zeros_like(total)
        for window, belief in zip(windows, self._look(photo, windows), strict=True):
            trust = _trust(*belief.shape)
            total += _onto_crop(belief * trust, window, crop)
            weights += _onto_crop(trust, window, crop)
        return total / weights

    def _look(self, photo: Photo, windows: list[_Window]) -> Floats:
        size = self._network.plan.width, self._network.plan.height
        small = [resized(window.cut(photo), *size) for window in windows]
        images = torch.from_numpy(np.stack(small)).permute(0, 3, 1, 2).float() / 255
        (beliefs,) = self._network(torch.cat([images, images.flip(-1)])).values()
        straight, mirrored = beliefs[:, 0].cpu().chunk(2)
        return ((straight + mirrored.flip(-1)) / 2).numpy()


def _window(photo: Photo, face: Face, side: float) -> _Window:
    """Centre a square on a face, as far as the photo reaches."""
    extent = np.array(photo.shape[1::-1])
    size = np.minimum(round(side), extent)
    corner = np.round(face.centre - size / 2).clip(0, extent - size).astype(int)
    return _Window(*corner.tolist(), *(corner + size).tolist())


def _trust(height: int, width: int) -> Floats:
    """1 in the middle of a window, fading towards its edges."""
    y, x = ((np.arange(extent) + 0.5) / extent for extent in (height, width))
    ramps = [np.minimum(at, 1 - at) / _FADE for at in (y[:, None], x[None])]
    return np.minimum(*ramps).clip(None, 1).astype(np.float32)


def _onto_crop(values: Floats, window: _Window, crop: Crop) -> Floats:
    """Resample values of a window at the crop's pixels; beyond the window its edge goes on."""
    height, width = values.shape
    scale_x = width / (window.right - window.left)
    scale_y = height / (window.bottom - window.top)
    step_x = crop.photo_width / crop.width * scale_x
    step_y = crop.photo_height / crop.height * scale_y
    matrix = np.array(
        [
            [step_x, 0, (crop.left - window.left) * scale_x + (step_x - 1) / 2],
            [0, step_y, (crop.top - window.top) * scale_y + (step_y - 1) / 2],
        ]
    )
    return resampled(values, matrix, crop.width, crop.height)
