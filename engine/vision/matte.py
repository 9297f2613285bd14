"""How much of each pixel is the person: from a coarse belief to a matte with fine edges."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.vision.arrays import Floats, Mask, Photo, blurred
from engine.vision.guided import guided_filter
from engine.vision.scene import Face

_SMOOTHNESS = 1e-4
_FITTED_SIZE = 256
"""Shorter side, in pixels, of the picture in which the matte is fitted to the colours."""
_SURE_PERSON, _SURE_BACKGROUND = 0.95, 0.1
_BLACK, _WHITE = 0.12, 0.88
"""Filtered values that become fully background and fully person."""
_BODY, _DOWN = 0.6, 0.3
"""How remote a body begins to be, and how much a step down it counts against one sideways."""
_DIVIDE = 0.3
"""Width of the soft divide between two people, in face widths."""


def fine_matte(
    belief: Floats, pixels: Photo, face: Face, others: Sequence[Face], face_mask: Floats
) -> Floats:
    """Make the matte of one person.

    Args:
        belief: (H, W) 0..1, where there are people.
        pixels: (H, W, 3).
        face: of the person, in these pixels.
        others: faces of other people, in or near the picture.
        face_mask: (H, W) 0..1, certainly the person.

    Returns:
        (H, W) 0..1.
    """
    height, width = belief.shape
    unit = max(min(height, width) // 64, 2)
    guide = pixels.astype(np.float32) / 255
    shrink = max(min(height, width) // _FITTED_SIZE, 1)
    fine = guided_filter(guide, belief, radius=unit, smoothness=_SMOOTHNESS, shrink=shrink)
    inner = cv2.erode(_where(belief > _SURE_PERSON), _disc(unit))
    outer = cv2.dilate(_where(belief > _SURE_BACKGROUND), _disc(2 * unit))
    matte = np.where(inner > 0, 1, fine * outer)
    matte = ((matte - _BLACK) / (_WHITE - _BLACK)).clip(0, 1)
    matte = np.maximum(matte * _share(face, others, height, width), face_mask)
    connected = _connected(matte, face_mask, unit)
    return np.maximum(matte * connected, face_mask).clip(0, 1).astype(np.float32)


def _share(face: Face, others: Sequence[Face], height: int, width: int) -> Floats:
    """1 where a person is more likely this one than another."""
    share = np.ones((height, width), np.float32)
    own = _remoteness(face, height, width)
    for other in others:
        lead = _remoteness(other, height, width) - own
        share = np.minimum(share, (lead / _DIVIDE + 0.5).clip(0, 1))
    return share


def _remoteness(face: Face, height: int, width: int) -> Floats:
    """Distance from a person's head or the body below it, in widths of the face."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    dx, dy = (x - face.centre[0]) / face.width, (y - face.centre[1]) / face.width
    body = np.hypot(dx, dy * _DOWN) + _BODY
    return np.minimum(np.hypot(dx, dy), np.where(dy > 0, body, np.inf))


def _connected(matte: Floats, face_mask: Floats, unit: int) -> Floats:
    """1 near the part of the matte that hangs together with the face, 0 on islands."""
    _count, labels = cv2.connectedComponents(_where(matte > 0.3))
    label = np.bincount(labels[face_mask > 0.5]).argmax()
    own = cv2.dilate(_where(labels == label), _disc(unit)).astype(np.float32)
    return blurred(own, unit / 3)


def _where(condition: Mask) -> NDArray[np.uint8]:
    return condition.astype(np.uint8)


def _disc(radius: int) -> NDArray[np.uint8]:
    side = 2 * radius + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)).astype(np.uint8)
