"""Photos to look for faces in: one public portrait, and what programs make of it.

Pictures are (H, W, 3) uint8, RGB.
"""

from __future__ import annotations

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.data import astronaut as nasa_portrait

Photo = NDArray[np.uint8]

FACES = 10
_HEAD = slice(0, 240), slice(110, 350)
_SEED = 7


def astronaut() -> Photo:
    """A frontal portrait, 512 x 512, its face about 95 pixels wide."""
    return np.array(nasa_portrait())


def sized(side: int) -> Photo:
    """The portrait at another size."""
    how = cv2.INTER_AREA if side < 512 else cv2.INTER_CUBIC
    return _photo(cv2.resize(astronaut(), (side, side), interpolation=how))


def portrait() -> Photo:
    """Higher than wide."""
    return np.ascontiguousarray(astronaut()[:, 80:390])


def landscape() -> Photo:
    """Wider than high."""
    return np.ascontiguousarray(astronaut()[:300])


def mirrored() -> Photo:
    """Left and right swapped."""
    return np.ascontiguousarray(astronaut()[:, ::-1])


def rolled(degrees: float) -> tuple[Photo, NDArray[np.float64]]:
    """The portrait turned on grey, and the (2, 3) matrix that turns its pixels."""
    matrix = cv2.getRotationMatrix2D((256, 256), degrees, 1.0)
    turned = cv2.warpAffine(astronaut(), matrix, (512, 512), borderValue=(120, 120, 120))
    return _photo(turned), np.asarray(matrix, np.float64)


def dark() -> Photo:
    """Almost black, with the noise of a small sensor."""
    noise = np.random.default_rng(_SEED).normal(0, 2, (512, 512, 1))
    return _photo((astronaut() * 0.12 + noise).clip(0, 255))


def overexposed() -> Photo:
    """Much of the face burnt to white."""
    return _photo((astronaut() * 1.8).clip(0, 255))


def dark_skinned() -> Photo:
    """Skin and hair relit as if they were dark; the background is left."""
    photo = astronaut()
    luma, red, blue = np.moveaxis(cv2.cvtColor(photo, cv2.COLOR_RGB2YCrCb).astype(np.float32), 2, 0)
    warm = ((red - 132) / 10).clip(0, 1) * ((128 - blue) / 10).clip(0, 1) * (luma > 20)
    warm = cv2.GaussianBlur(warm, (0, 0), 3)[..., None]
    return _photo(photo * (1 - warm * (1 - np.array([0.45, 0.36, 0.32]))))


def close_up() -> Photo:
    """Nothing but the face."""
    return np.ascontiguousarray(astronaut()[62:192, 165:282])


def cut_off() -> Photo:
    """A face of which a quarter lies beyond the photo's left edge."""
    return np.ascontiguousarray(astronaut()[:, 202:])


def tiny_face() -> Photo:
    """A face too small to work on, about 38 pixels wide, in a large photo."""
    canvas = no_face()
    canvas[300:512, 500:712] = sized(212)
    return canvas


def ten_faces() -> Photo:
    """Ten heads in two rows, the sixth the biggest, some of them mirrored, lit differently."""
    canvas = no_face()
    for number in range(FACES):
        side = 250 if number == 5 else 190 + 4 * number
        head = cv2.resize(astronaut()[_HEAD], (side, side), interpolation=cv2.INTER_AREA)
        head = head[:, ::-1] if number % 2 else head
        row, column = divmod(number, FACES // 2)
        top, left = 60 + row * 330, 5 + column * 255
        canvas[top : top + side, left : left + side] = head * (0.6 + 0.04 * number)
    return canvas


def no_face() -> Photo:
    """A made-up landscape, 1280 x 720: sky, a sun and hills."""
    y, x = np.mgrid[:720, :1280] / 720
    sky = np.stack([0.9 - 0.5 * y, 0.6 - 0.1 * y, 0.5 + 0.3 * y], -1)
    sun = np.exp(-(((x - 1.2) ** 2 + (y - 0.4) ** 2) / 0.01))[..., None] * [0.1, 0.35, 0.1]
    hills = (y > 0.62 + 0.08 * np.sin(5 * x) + 0.03 * np.sin(17 * x))[..., None]
    land = np.stack([0.15 + 0 * y, 0.35 - 0.2 * y, 0.2 + 0 * y], -1)
    return _photo(np.where(hills, land, sky + sun).clip(0, 1) * 255)


def jpeg(photo: Photo) -> bytes:
    """A photo as the file a person sends."""
    file = io.BytesIO()
    Image.fromarray(photo).save(file, "JPEG", quality=92)
    return file.getvalue()


def astronaut_jpeg() -> bytes:
    """The portrait as a file."""
    return jpeg(astronaut())


def no_face_jpeg() -> bytes:
    """The landscape as a file."""
    return jpeg(no_face())


def _photo(values: NDArray[np.generic]) -> Photo:
    return np.ascontiguousarray(values.astype(np.uint8))
