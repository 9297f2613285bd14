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
    if not SMALLEST <= wanted.size <= LARGEST:
        raise Refused(
            Refusal(RefusalCode.BAD_OPTION, {"option": "size", "value": str(wanted.size)})
        )
    ratio = _ratio(photo_width / photo_height, wanted.aspect)
    width = wanted.size * min(1.0, ratio)
    height = wanted.size * min(1.0, 1 / ratio)
    return _even(width), _even(height)


def _ratio(photo: float, aspect: Aspect) -> float:
    if aspect is not Aspect.AUTO:
        return _SHAPES[aspect]
    return min(_SHAPES.values(), key=lambda shape: abs(math.log(shape / photo)))


def _even(length: float) -> int:
    return max(2, 2 * round(length / 2))
