"""Who moves when: the shape, what shows of whom, the head, lids and breath."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.effects.look import Shot
from engine.effects.toolkit.curves import Track, cut, keyframes, smoothstep
from engine.effects.toolkit.expression import Expression
from engine.effects.toolkit.noise import random

STORY_S = 4.0
"""Moments below are seconds of a clip this long; other lengths stretch the story."""
TURN = math.radians(8)
TURNING = (0.25, 3.5)
"""When places begin to turn, and when all have."""
BLINK_S = (0.16, 0.05, 0.22)
"""How long lids take to close, stay closed, and open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One number per frame for everything that moves.

    `shape` and `turned` go from the first photo (0) to the second (1): the outlines, and what is
    painted in them. `presence` is how far the rendering has taken over from the photos.
    """

    shape: Track
    turned: Track
    yaw: Track
    pitch: Track
    roll: Track
    lids: Track
    expression: Expression
    presence: Track

    def part(self, chunk: slice) -> Story:
        """Cut out some frames."""
        return cut(self, chunk)


def story(shot: Shot, eyes_turn: float) -> Story:
    """Write the story of one clip; `eyes_turn` is how far the whole is when eyes turn."""
    t = _moments(shot)
    sway = random(shot.seed).uniform(0.85, 1.15, 2) * TURN
    turned = _paced(t, *TURNING)
    presence = smoothstep(0.0, 1.1, t) * smoothstep(4.0, 2.9, t)
    return Story(
        shape=_paced(t, 0.15, 3.3),
        turned=turned,
        yaw=keyframes(((0.15, 0), (1.2, -sway[0]), (2.55, sway[1]), (3.8, 0)), t),
        pitch=keyframes(((0.1, 0), (1.0, 0.05), (1.9, -0.04), (2.7, 0.03), (3.8, 0)), t),
        roll=keyframes(((0.2, 0), (1.4, -0.02), (2.6, 0.02), (3.8, 0)), t),
        lids=_blink(t, _when(eyes_turn)),
        expression=Expression(
            smile=np.zeros_like(t),
            brows=keyframes(((1.2, 0), (1.9, 0.6), (2.7, 0)), t),
            breath=(0.5 - 0.5 * np.cos(2 * math.pi * t / STORY_S)) * presence,
        ),
        presence=presence,
    )


def _moments(shot: Shot) -> Track:
    """Say where in the story each frame is; a loop plays it forwards and backwards."""
    part = np.arange(shot.frames) / max(shot.frames - 1, 1)
    if shot.params["loop"]:
        part = np.clip((0.5 - np.abs(part - 0.5)) / 0.47, 0, 1)
    return part * STORY_S


def _paced(t: Track, start: float, end: float) -> Track:
    """Go from 0 to 1, steadily but for a soft start and end."""
    return 0.5 * smoothstep(start, end, t) + 0.5 * np.clip((t - start) / (end - start), 0, 1)


def _when(turned: float) -> float:
    t = np.linspace(0, STORY_S, 961)
    return float(np.interp(turned, _paced(t, *TURNING), t))


def _blink(t: Track, middle: float) -> Track:
    closing, closed, opening = BLINK_S
    moments = ((-closing, 0.0), (0.0, 1.0), (closed, 1.0), (closed + opening, 0.0))
    return keyframes(moments, t - middle + closed / 2)
