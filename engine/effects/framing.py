"""Which size a clip gets: the asked longest side, in the asked or the photo's own shape."""

from __future__ import annotations

import math

from engine.jobs.errors import Refused
from engine.jobs.job import Aspect, ClipFormat
from engine.jobs.refusal import Refusal, RefusalCode

SMALLEST, LARGEST = 128, 1080  # pixels of the longest side
_SHAPES = {
    aspect: float(width) / float(height)
    for aspect in Aspect
    if aspect is not Aspect.AUTO
    for width, height in [aspect.value.split(":")]
}


def frame_size(photo_width: int, photo_height: int, wanted: ClipFormat) -> tuple[int, int]:
    """Choose the clip's width and height, both even.

    Raises:
        Refused: BAD_OPTION when the size is out of range.
    """
    if wanted.size < SMALLEST:
        raise _no_size(wanted)
    check_not_too_large(wanted)
    ratio = _ratio(photo_width / photo_height, wanted.aspect)
    width = wanted.size * min(1.0, ratio)
    height = wanted.size * min(1.0, 1 / ratio)
    return _even(width), _even(height)


def check_not_too_large(wanted: ClipFormat) -> None:
    """Check that a clip of a size can be made.

    Raises:
        Refused: BAD_OPTION when it is too large.
    """
    if wanted.size > LARGEST:
        raise _no_size(wanted)


def _no_size(wanted: ClipFormat) -> Refused:
    return Refused(Refusal(RefusalCode.BAD_OPTION, {"option": "size", "value": str(wanted.size)}))


def film_size(
    photo: tuple[int, int] | None, wanted: Aspect, usual: tuple[int, int], side: int
) -> tuple[int, int]:
    """Choose the width and height that a generative model films.

    It has about as many pixels as the model usually has, and multiples of `side`. `photo` is the
    photo's width and height; without one the shape is the model's own unless another is asked for.
    """
    width, height = usual
    ratio = width / height
    if photo is not None or wanted is not Aspect.AUTO:
        ratio = _ratio(photo[0] / photo[1] if photo else ratio, wanted)
    tall = math.sqrt(width * height / ratio)
    return _multiple(tall * ratio, side), _multiple(tall, side)


def _multiple(length: float, side: int) -> int:
    return max(1, round(length / side)) * side


def _ratio(photo: float, aspect: Aspect) -> float:
    if aspect is not Aspect.AUTO:
        return _SHAPES[aspect]
    return min(_SHAPES.values(), key=lambda shape: abs(math.log(shape / photo)))


def _even(length: float) -> int:
    return max(2, 2 * round(length / 2))
