"""Who moves when: the head, the eyes that lead it, lids, a smile, breath and the camera."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.effects.look import Shot
from engine.effects.toolkit.camera import shake
from engine.effects.toolkit.curves import Track, cut, keyframes, mix, smoothstep, spring
from engine.effects.toolkit.expression import Expression
from engine.effects.toolkit.noise import random
from engine.vision.scene import Scene

STORY_S = 4.0
"""Moments below are seconds of a clip this long; other lengths stretch the story."""
FARTHEST = math.radians(34)
"""How far from the camera the face may look, the photo's own turn included."""
CUT_FARTHEST = math.radians(12)
"""The same where the photo cuts off the head."""
NEAREST = math.radians(5)
EYEBALL = 2.0
"""Radius of the eyeball in iris radii."""
WIDEST_GAZE = 0.8
"""In iris radii."""
SWAY = 0.08
"""How far the camera goes round the head, in face widths for a full turn."""
DRIFT = 0.003
"""Of the camera in an unsteady hand, in face widths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One number per frame for everything that moves.

    Angles are radians as `HeadRig.pose` takes them, gaze is in iris radii to the right, lids go
    from 0 (as photographed) to 1 (closed), shifts are pixels, presence is how far the rendering
    has taken over from the photo.
    """

    yaw: Track
    pitch: Track
    roll: Track
    gaze: Track
    lids: Track
    expression: Expression
    zoom: Track
    shift_x: Track
    shift_y: Track
    presence: Track

    def part(self, chunk: slice) -> Story:
        """Cut out some frames."""
        return cut(self, chunk)


def story(scene: Scene, shot: Shot) -> Story:
    """Write the story of one clip."""
    t = shot.times * (STORY_S / (shot.frames / shot.fps))
    rng = random(shot.seed)
    side = -1.0 if shot.params["direction"] == "left" else 1.0
    first, second = _reach(scene, math.radians(float(shot.params["angle"])), side)
    yaw = _turning(t, first, second)
    presence = smoothstep(0.0, 0.5, t) * smoothstep(3.85, 3.35, t)
    zoom = 1 + 0.05 * keyframes(((0, 0), (1.3, 0.7), (2.8, 1), (3.84, 0)), t)
    drift_x, drift_y = shake(shot.frames, shot.seed, DRIFT * scene.face.width)
    sway = drift_x - np.sin(yaw) * SWAY * scene.face.width
    margin_x, margin_y = (zoom - 1) / 2 * scene.width, (zoom - 1) / 2 * scene.height
    return Story(
        yaw=yaw,
        pitch=_nodding(t, rng),
        roll=0.1 * yaw + 0.012 * np.sin(1.9 * t) * presence,
        gaze=_looking(t, yaw, first, second),
        lids=_blinking(t, rng),
        expression=_feeling(t),
        zoom=zoom,
        shift_x=np.clip(sway, -margin_x, margin_x),
        shift_y=np.clip(drift_y, -margin_y, margin_y),
        presence=presence,
    )


def photographed_yaw(scene: Scene) -> float:
    """Estimate how far the photo's own face is turned, radians to the right."""
    left, right = scene.face.landmarks[[234, 454]]
    across = float((right[:2] - left[:2]) @ scene.face.right)
    return math.atan2(float(right[2] - left[2]), max(across, 1e-3))


def _reach(scene: Scene, angle: float, side: float) -> tuple[float, float]:
    """How far to turn to the first and to the other side.

    Less to where the face looks already, and where the photo's edge cuts off the hair that a turn
    would bring into view.
    """
    own = photographed_yaw(scene)
    left, right = _cut(scene)
    room = {
        1.0: min(FARTHEST - own, mix(FARTHEST, CUT_FARTHEST, left)),
        -1.0: min(FARTHEST + own, mix(FARTHEST, CUT_FARTHEST, right)),
    }
    first, second = (float(np.clip(room[way], NEAREST, angle)) for way in (side, -side))
    return side * first, -side * second


def _cut(scene: Scene) -> tuple[float, float]:
    """How much of the head lies beyond the photo's left and right edge, 0..1."""
    face = scene.face
    top, bottom = (float(face.centre[1]) + part * face.height for part in (-0.9, 0.6))
    rows = slice(max(0, round(top)), max(1, round(bottom)))
    left, right = (float((scene.matte[rows, edge] > 0.5).float().mean()) for edge in (0, -1))
    return smoothstep(0.05, 0.35, left), smoothstep(0.05, 0.35, right)


def _turning(t: Track, first: float, second: float) -> Track:
    """The head arrives a little late and a little too far, as heads do."""
    wanted = (
        (0.0, 0.0),
        (0.42, 0.0),
        (0.98, first),
        (1.65, first * 0.96),
        (2.35, second),
        (3.06, second * 0.96),
        (3.56, 0.0),
        (STORY_S, 0.0),
    )
    fine = np.linspace(0, STORY_S, 961)
    target = keyframes(wanted, fine)
    followed = spring(
        fine, lambda now: float(np.interp(now, fine, target)), frequency=2.6, damping=0.75
    )
    return np.interp(t, fine, followed) * smoothstep(3.85, 3.6, t)


def _nodding(t: Track, rng: np.random.Generator) -> Track:
    dips = np.array([0.055, 0.085, 0.05]) * rng.uniform(0.8, 1.2, 3)
    moments = (
        (0.0, 0.0),
        (0.35, 0.0),
        (0.72, dips[0]),
        (1.2, -0.03),
        (1.6, -0.02),
        (2.05, dips[1]),
        (2.6, -0.035),
        (3.0, -0.02),
        (3.4, dips[2]),
        (3.8, 0.0),
    )
    return keyframes(moments, t)


def _looking(t: Track, yaw: Track, first: float, second: float) -> Track:
    """The eyes leave for the goal before the head, and come back to the camera."""
    ahead = _eyes_for(np.array([first, second]))
    leading = (
        (0.0, 0.0),
        (0.36, 0.0),
        (0.46, ahead[0]),
        (0.7, ahead[0] * 0.7),
        (1.0, 0.0),
        (1.62, 0.0),
        (1.74, ahead[1]),
        (2.0, ahead[1] * 0.8),
        (2.4, 0.0),
    )
    contact = keyframes(((0, 0), (1.0, 0), (1.16, 1), (1.6, 1), (1.7, 0), (2.4, 0), (2.56, 1)), t)
    gaze = keyframes(leading, t) + contact * _eyes_for(-yaw)
    return np.clip(gaze, -WIDEST_GAZE, WIDEST_GAZE)


def _eyes_for(yaw: Track) -> Track:
    return EYEBALL * np.sin(yaw)


def _blinking(t: Track, rng: np.random.Generator) -> Track:
    starts = np.array([0.40, 1.70, 3.30]) + rng.uniform(-0.04, 0.04, 3)
    return np.max([_blink(t, start) for start in starts], axis=0)


def _blink(t: Track, start: float) -> Track:
    return keyframes(((0.0, 0.0), (0.10, 1.0), (0.15, 1.0), (0.33, 0.0)), t - start)


def _feeling(t: Track) -> Expression:
    smile = (
        (0, 0),
        (0.8, 0),
        (1.3, 0.8),
        (1.7, 0.5),
        (2.3, 0.3),
        (2.8, 1.0),
        (3.2, 0.9),
        (3.8, 0),
    )
    brows = ((0, 0), (1.05, 0), (1.25, 0.9), (1.7, 0), (2.45, 0), (2.65, 1.0), (3.3, 0))
    return Expression(
        smile=keyframes(smile, t),
        brows=keyframes(brows, t),
        breath=0.5 - 0.5 * np.cos(2 * math.pi * np.minimum(t, 3.8) / 1.9),
    )
