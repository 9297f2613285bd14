from __future__ import annotations

import numpy as np
import pytest

from engine.effects.look import Frames
from engine.effects.toolkit.film import chunks, film
from engine.vision.scene import Scene
from tests.looks import shot_of


@pytest.mark.parametrize(("side", "longest"), [(64, 4), (512, 2), (1080, 1)])
def test_chunks_cover_every_frame_once_and_shrink_for_large_pictures(
    side: int, longest: int
) -> None:
    runs = list(chunks(19, side, side))
    assert [frame for run in runs for frame in range(19)[run]] == list(range(19))
    assert max(run.stop - run.start for run in runs) == longest


def test_the_first_frame_is_the_photo_and_only_that(astronaut_scene: Scene) -> None:
    def black(chunk: slice) -> Frames:
        return np.zeros((chunk.stop - chunk.start, *astronaut_scene.pixels.shape), np.uint8)

    shown = np.concatenate(list(film(astronaut_scene, shot_of("robot", 9), black)))

    assert len(shown) == 9
    assert np.array_equal(shown[0], astronaut_scene.pixels)
    assert not shown[1:].any()
