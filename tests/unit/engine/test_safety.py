from __future__ import annotations

import numpy as np
import pytest

from engine.jobs.errors import Refused
from engine.jobs.refusal import RefusalCode
from engine.safety import OpenGate, SafetyGate
from tests.fakes.photos import astronaut


def test_a_portrait_passes_both_ways() -> None:
    gate = SafetyGate()

    gate.check_photo(astronaut())
    gate.check_clip([astronaut(), astronaut()[:, ::-1]])


def test_a_photo_over_the_threshold_is_refused_as_a_photo() -> None:
    gate = SafetyGate(threshold=0.001)

    with pytest.raises(Refused) as refused:
        gate.check_photo(astronaut())

    assert refused.value.refusal.code is RefusalCode.UNSAFE_PHOTO


def test_one_frame_over_the_threshold_refuses_the_clip() -> None:
    # The classifier finds a blank wall more suspicious than a portrait.
    wall = np.full((64, 64, 3), 127, np.uint8)
    gate = SafetyGate(threshold=0.1)

    gate.check_clip([astronaut(), astronaut()])
    with pytest.raises(Refused) as refused:
        gate.check_clip([astronaut(), wall])

    assert refused.value.refusal.code is RefusalCode.UNSAFE_CLIP


def test_an_operator_can_switch_the_gate_off() -> None:
    OpenGate().check_photo(astronaut())
    OpenGate().check_clip([astronaut()])
