"""Masks that follow from the landmarks alone."""

from __future__ import annotations

import cv2
import numpy as np

from engine.vision import regions
from engine.vision.arrays import Floats, resized, smoothstep
from engine.vision.scene import Face

_FINER = 4
_NECK = -0.02, 0.55
"""Where the head's weight starts to fade and where it ends, in face heights below the chin."""


def face_mask(face: Face, height: int, width: int) -> Floats:
    """Cover the inside of the face oval: (H, W) 0..1 with soft edges."""
    outline = face.landmarks[list(regions.OVAL), :2]
    fine = np.zeros((height * _FINER, width * _FINER), np.uint8)
    corners = np.round((outline + 0.5) * _FINER - 0.5).astype(np.int32)
    cv2.fillPoly(fine, [corners], (255,))
    return resized(fine, width, height).astype(np.float32) / 255


def head_weight(face: Face, height: int, width: int) -> Floats:
    """1 on the head, fading to 0 at the shoulders: (H, W)."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    dx, dy = x - face.landmarks[regions.CHIN, 0], y - face.landmarks[regions.CHIN, 1]
    below = (dx * face.down[0] + dy * face.down[1]) / face.height
    start, end = _NECK
    return 1 - smoothstep((below - start) / (end - start))
