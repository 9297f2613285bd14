"""Motion over time: easing, keyframes, springs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Story = TypeVar("Story", bound="DataclassInstance")
Value = TypeVar("Value", float, NDArray[np.float32], NDArray[np.float64], Tensor)

Track = NDArray[np.float64]
"""One number per frame."""

SPRING_STEP_S = 1 / 240


def cut(story: Story, frames: slice) -> Story:
    """Take some of the frames of a dataclass of tracks, or of what is cut like one."""
    parts = {field.name: getattr(story, field.name)[frames] for field in fields(story)}
    return replace(story, **parts)


def smoothstep(low: float, high: float, x: Value) -> Value:
    """Ease from 0 at `low` to 1 at `high`; `low` may be the greater one."""
    ramp = (x - low) / (high - low)
    t = ramp.clamp(0, 1) if isinstance(ramp, Tensor) else np.clip(ramp, 0, 1)
    return t * t * (3 - 2 * t)  # pyright: ignore[reportReturnType]


def mix(a: Value, b: Value, t: Value | float) -> Value:
    """Go from `a` at 0 to `b` at 1."""
    return a + (b - a) * t  # pyright: ignore[reportReturnType]


def keyframes(points: Sequence[tuple[float, float]], times: Track) -> Track:
    """Pass through (time, value) points, at rest at each; constant before and after them."""
    moments, values = np.array(points, np.float64).T
    segment = np.clip(np.searchsorted(moments, times, side="right") - 1, 0, len(moments) - 2)
    start, end = moments[segment], moments[segment + 1]
    t = smoothstep(0.0, 1.0, (times - start) / (end - start))
    return mix(values[segment], values[segment + 1], t)


def spring(
    times: Track, target: Callable[[float], float], *, frequency: float, damping: float
) -> Track:
    """Follow `target` with a damped oscillator that starts at rest on it.

    Args:
        times: ascending seconds.
        target: position to follow at a time.
        frequency: of the undamped oscillation, hertz.
        damping: ratio; 1 does not overshoot, 0 never stops.
    """
    pull = 2 * math.pi * frequency
    now, position, speed = 0.0, target(0.0), 0.0
    positions = []
    for time in times:
        while now < time:
            speed += (
                pull * pull * (target(now) - position) - 2 * damping * pull * speed
            ) * SPRING_STEP_S
            position += speed * SPRING_STEP_S
            now += SPRING_STEP_S
        positions.append(position)
    return np.array(positions)
