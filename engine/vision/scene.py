"""The prepared photo every look works from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One face in image pixels; x to the right, y down.

    Left and right are the image's, not the person's; of a rolled head, as if it were upright.

    Attributes:
        landmarks: (478, 3) float32; x, y in pixels, z in pixels with smaller = nearer.
            468-472 are the iris in the left half of the image, 473-477 the one in the right.
        centre: mean of the face oval, (2,).
        width: of the 468-point box, pixels.
        height: of the 468-point box, pixels.
        eye_distance: between the iris centres, pixels; the unit of face-local coordinates.
        right: unit vector across the face towards the right of the image, (2,).
        down: unit vector down the face, (2,).
    """

    landmarks: NDArray[np.float32]
    centre: NDArray[np.float32]
    width: float
    height: float
    eye_distance: float
    right: NDArray[np.float32]
    down: NDArray[np.float32]

    @property
    def between_eyes(self) -> NDArray[np.float32]:
        """Origin of face-local coordinates: midway between the irises, (2,)."""
        middle = (self.landmarks[468, :2] + self.landmarks[473, :2]) / 2
        return middle.astype(np.float32)

    def local(self, u: object, v: object) -> NDArray[np.float32]:
        """Turn face-local coordinates into image pixels.

        Args:
            u: across the face in eye distances, scalar or array.
            v: down the face in eye distances, same shape.

        Returns:
            (..., 2) pixels.
        """
        across, along = np.asarray(u, np.float32), np.asarray(v, np.float32)
        offset = across[..., None] * self.right + along[..., None] * self.down
        return (self.between_eyes + offset * self.eye_distance).astype(np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A photo cropped to the clip's size, taken apart.

    Tensors are float32; colours are display-encoded (sRGB as stored) in 0..1.

    Attributes:
        pixels: (H, W, 3) uint8, the crop itself: frame 0 of every clip, bit for bit.
        image: (3, H, W), the same in 0..1.
        face: the face the look works on, in crop pixels.
        others: the other faces in the crop, nearest first.
        matte: (H, W) 0..1, coverage of the person the face belongs to.
        face_mask: (H, W) 0..1, inside of the face oval.
        person: (3, H, W), the person with background colour removed from soft edges.
        plate: (3, H, W), the background with the person painted out.
        depth: (H, W) pixels towards the viewer: face mesh, head and shoulders inflated around it.
        back: depth at which the silhouette is pinned, pixels.
        normals: (3, H, W) unit normals of `depth`; x right, y down, z to the viewer.
        head_weight: (H, W) 0..1, 1 on the head fading to 0 at the shoulders.
    """

    pixels: NDArray[np.uint8]
    image: Tensor
    face: Face
    others: tuple[Face, ...]
    matte: Tensor
    face_mask: Tensor
    person: Tensor
    plate: Tensor
    depth: Tensor
    back: float
    normals: Tensor
    head_weight: Tensor

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.pixels.shape[1]

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.pixels.shape[0]

    @property
    def device(self) -> torch.device:
        """Where the tensors live."""
        return self.image.device
