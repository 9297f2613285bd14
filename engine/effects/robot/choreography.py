"""When everything happens: scan, flips, power-up, and how the head moves. Times in seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.effects.look import Shot
from engine.effects.toolkit.camera import shake
from engine.effects.toolkit.curves import keyframes, spring
from engine.vision.scene import Scene

Track = NDArray[np.float64]
"""One number per frame, or per plate."""

STORY_SECONDS = 4.0
"""A clip of any length tells the whole story; times are the story's."""

SCAN = (0.12, 0.92)
FIRST_FLIP, LAST_FLIP = 1.02, 2.02
FLIP = 0.56
"""How long a plate is on its way."""
JITTER = 0.07
"""Half the spread of a plate's start about its turn in the wave."""
EYES_LAST = 2.10
"""When the sockets flip: the person's own eyes stay until the end."""
BOW = 2.25
POWER = 2.74

BLINKS = (0.40, 1.55)
BOWED, AWAKE = 0.15, -0.025
"""Radians the head nods while the last plates close, and once it has power."""
LOOKS = ((3.05, 0.0), (3.40, -0.26), (3.78, 0.22), (np.inf, 0.0))
TILTS = ((3.10, 0.0), (3.45, 0.06), (3.80, -0.045), (np.inf, 0.0))
"""Until when the head looks and leans where, radians; the seed mirrors it."""

CREEP, PUSH_IN = ((0.1, 0.0), (2.6, 0.035)), ((POWER, 0.0), (3.3, 0.05))
"""How the camera closes in, as zoom above 1."""
SWAY_RATE, SWAY, SWAY_START = 1.1, 0.16, -1.6
"""Lamps drift past: radians per second, units of a normal, radians."""

# Eye distances.
HAND = 0.006
"""Of the camera's drift."""
LANDING_JOLT, POWER_JOLT, JOLT_S = 0.010, 0.035, 0.045


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracks:
    """Everything that runs through the whole clip, one value per frame.

    Attributes:
        seconds: of the story.
        presence: how far the effect's own picture has replaced the photo, 0..1.
        grade: strength of the finish.
        scan: where the scan line is, 0 the top of the person and 1 the bottom.
        etched: strength of the lines on the skin.
        blink: how far the person's eyes are closed.
        eyes: light of the lenses.
        flare: light scattered in the camera's lens.
        pulse: seconds since the power came on.
        yaw: of the head, radians.
        pitch: positive nods.
        roll: positive tilts clockwise.
        sway: how far the lamps have drifted to the right, units of a normal.
        zoom: of the camera.
        shift_x: pixels.
        shift_y: pixels.
        dim: how far the background has been darkened.
    """

    seconds: Track
    presence: Track
    grade: Track
    scan: Track
    etched: Track
    blink: Track
    eyes: Track
    flare: Track
    pulse: Track
    yaw: Track
    pitch: Track
    roll: Track
    sway: Track
    zoom: Track
    shift_x: Track
    shift_y: Track
    dim: Track


def choreograph(shot: Shot, scene: Scene, landings: Track) -> Tracks:
    """Set every track; `landings` are the times at which panels land."""
    times = np.arange(shot.frames, dtype=np.float64) * np.float64(STORY_SECONDS / shot.frames)
    yaw, pitch, roll = _head(times, 1 if shot.seed % 2 else -1)
    zoom = 1 + keyframes(CREEP, times) + keyframes(PUSH_IN, times)
    jolt = _jolt(times, landings) * scene.face.eye_distance
    shift_x, shift_y = _camera(scene, zoom, jolt, shot.seed)
    on = POWER
    return Tracks(
        seconds=times,
        presence=keyframes(((0.05, 0), (0.7, 1)), times),
        grade=keyframes(((0.3, 0), (1.6, 1)), times),
        scan=keyframes(((SCAN[0], -0.15), (SCAN[1], 1.2)), times),
        etched=keyframes(((0.2, 0), (0.6, 1), (1.1, 0.75)), times),
        blink=np.sum([_blink(times, start) for start in BLINKS], 0),
        # it stutters once, then comes on: never a flicker
        eyes=keyframes(
            ((on - 0.16, 0), (on - 0.04, 0.35), (on + 0.06, 0.35), (on + 0.22, 1.3), (on + 0.5, 1)),
            times,
        ),
        flare=keyframes(((on, 0), (on + 0.2, 1), (on + 0.75, 0.38), (on + 1.3, 0.32)), times),
        pulse=times - on,
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        sway=SWAY * np.sin(times * SWAY_RATE + SWAY_START),
        zoom=zoom,
        shift_x=shift_x,
        shift_y=shift_y,
        dim=keyframes(((0.3, 0), (1.0, 0.25), (2.5, 0.85), (3.0, 1.0)), times),
    )


def _blink(times: Track, start: float) -> Track:
    moments = ((start, 0), (start + 0.08, 1), (start + 0.12, 1), (start + 0.27, 0))
    return keyframes(moments, times)


def _head(times: Track, side: int) -> tuple[Track, Track, Track]:
    """Bow while the last plates close, wake with the power, look round like a machine."""

    def step(plan: tuple[tuple[float, float], ...], time: float) -> float:
        return side * next(angle for until, angle in plan if time < until)

    def nod(time: float) -> float:
        if time >= POWER:
            return AWAKE
        return BOWED if time > BOW else 0.0

    yaw = spring(times, lambda time: step(LOOKS, time), frequency=4.2, damping=0.55)
    pitch = spring(times, nod, frequency=3.0, damping=0.62)
    roll = spring(times, lambda time: step(TILTS, time), frequency=4.0, damping=0.6)
    return yaw, pitch, roll


def _jolt(times: Track, landings: Track) -> Track:
    """Say how hard landing panels and the power shake the camera, eye distances."""
    moments = np.append(landings, POWER + 0.1)
    strength = np.append(np.full(len(landings), LANDING_JOLT), POWER_JOLT)
    after = times[:, None] - moments
    jolts = np.where(after >= 0, strength * np.exp(-after.clip(0) / JOLT_S), 0)
    return np.minimum(jolts.sum(1), POWER_JOLT)


def _camera(scene: Scene, zoom: Track, jolt: Track, seed: int) -> tuple[Track, Track]:
    """Hold the camera by hand and close in on the face, never past the picture's edge."""
    rng = np.random.default_rng(seed)
    hand = shake(len(zoom), seed, HAND * scene.face.eye_distance)
    shifts: list[Track] = []
    for drift, face, side in zip(
        hand, scene.face.centre.tolist(), (scene.width, scene.height), strict=True
    ):
        room = side / 2 * (1 - 1 / zoom)
        aim = (side - 1) / 2 - face
        shift = drift + rng.normal(size=len(zoom)) * jolt + aim * (1 - 1 / zoom)
        shifts.append(np.clip(shift, -room, room))
    return shifts[0], shifts[1]


def flip_starts(places: NDArray[np.floating], last: NDArray[np.bool_], seed: int) -> Track:
    """Say when each plate starts to flip, in a wave over the person.

    Args:
        places: (N, 2) of the plates in eye distances from between the eyes, across and down.
        last: which of them wait for the end.
        seed: chooses the wave's way and its chance.
    """
    rng = np.random.default_rng(seed)
    across, down = places.T
    inward = -np.hypot(across, 0.9 * (down - 0.4))
    order = (inward, -down, down, across, -across)[rng.choice(5, p=(0.4, 0.2, 0.2, 0.1, 0.1))]
    turn = (order - order.min()) / max(float(np.ptp(order)), 1e-6)
    start = FIRST_FLIP + (LAST_FLIP - FIRST_FLIP) * turn**1.2
    start = start + rng.uniform(-JITTER, JITTER, len(start))
    return np.where(last, EYES_LAST + 0.04 * rng.random(len(start)), start)
