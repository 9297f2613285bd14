from __future__ import annotations

import pytest

from engine.effects.framing import frame_size
from engine.jobs.errors import Refused
from engine.jobs.job import Aspect, ClipFormat


@pytest.mark.parametrize(
    ("photo", "aspect", "size"),
    [
        ((1000, 1000), Aspect.AUTO, (512, 512)),
        ((3000, 4000), Aspect.AUTO, (384, 512)),
        ((1080, 2400), Aspect.AUTO, (288, 512)),
        ((4000, 3000), Aspect.AUTO, (512, 384)),
        ((1920, 1080), Aspect.AUTO, (512, 288)),
        ((1000, 1000), Aspect.TALL, (288, 512)),
        ((10, 1000), Aspect.SQUARE, (512, 512)),
    ],
)
def test_a_clip_takes_the_asked_shape_or_the_nearest_to_the_photo_s(
    photo: tuple[int, int], aspect: Aspect, size: tuple[int, int]
) -> None:
    assert frame_size(*photo, ClipFormat(aspect=aspect)) == size


@pytest.mark.parametrize("size", range(128, 1081, 7))
def test_every_size_is_even_and_its_longest_side_is_as_asked(size: int) -> None:
    width, height = frame_size(1080, 1920, ClipFormat(size=size))

    assert width % 2 == height % 2 == 0
    assert abs(height - size) <= 1


@pytest.mark.parametrize("size", [0, 127, 1081, 100_000])
def test_a_size_out_of_range_is_refused(size: int) -> None:
    with pytest.raises(Refused):
        frame_size(1000, 1000, ClipFormat(size=size))
