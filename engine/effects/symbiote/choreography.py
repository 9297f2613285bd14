"""What happens when: the story in seconds of a four second clip, stretched to the clip's length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.effects.look import Shot
from engine.effects.toolkit.camera import shake
from engine.effects.toolkit.curves import cut, keyframes, spring

Track = NDArray[np.float64]
"""One number per frame."""

STORY_SECONDS = 4.0

# The goo surges and pauses; 1 covers the whole person.
GROWTH = (
    (0.0, -0.02), (0.32, 0.07), (0.45, 0.09), (0.85, 0.30), (1.0, 0.34),
    (1.35, 0.58), (1.48, 0.62), (1.9, 0.88), (2.02, 0.91), (2.34, 1.03), (2.6, 1.4),
)  # fmt: skip
# The covered head is drawn tight into a skull.
TIGHTNESS = ((1.75, 0.0), (2.55, 1.0))
# They see it coming, squeeze their eyes shut, and look once more before they are gone.
EYELIDS = (
    (0.3, 0.0), (0.4, 0.9), (0.5, 0.0), (0.8, 0.0),
    (0.95, 0.85), (1.4, 0.9), (1.6, 0.1), (2.2, 0.0),
)  # fmt: skip
GAZE = (
    (0.1, 0.0), (0.28, -0.8), (0.52, -0.8), (0.66, 0.8), (0.9, 0.5),
    (1.5, 0.0), (1.65, -0.5), (2.0, 0.6), (2.3, 0.0),
)  # fmt: skip
EYES_OPEN_AT = 2.42
MOUTH_CREEPS_AT, MOUTH_OPENS_AT, MOUTH_ROARS_AT = 2.62, 2.84, 3.06
GRIN, AGAPE, ROARING = 0.16, 0.55, 1.0
TONGUE = ((2.95, 0.0), (3.42, 1.0), (3.7, 0.86), (4.0, 0.95))
ROAR = ((2.84, 0.0), (3.14, 1.0), (3.7, 0.55), (4.0, 0.35))
STRUGGLE = ((0.6, 0.0), (0.95, 1.0), (1.9, 1.0), (2.4, 0.0))
NOD = ((0.15, 0.0), (1.1, -0.05), (2.25, 0.15), (2.7, 0.17), (3.08, -0.12), (4.0, -0.05))
DIMMING = ((0.2, 0.0), (2.4, 1.0))
GRADING = ((0.0, 0.0), (0.9, 1.0))
PUSH_IN = ((0.0, 0.0), (2.8, 0.06), (4.0, 0.07))
PUNCH = ((2.86, 0.0), (3.16, 1.0), (4.0, 1.12))


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The state of everything in each frame.

    Attributes:
        seconds: of the story.
        growth: how far the goo has come; see `GROWTH`.
        tightness: 0 the person's outline, 1 the skull's.
        eyelids: the person's, 1 closed.
        gaze: the person's, to the right in iris radii.
        eyes: the creature's, 1 open; overshoots.
        mouth: the creature's, 0 closed to about 1 roaring.
        tongue: how far it is out.
        roar: how much everything shakes.
        yaw: of the head, radians.
        pitch: of the head, radians.
        roll: of the head, radians.
        zoom: of the camera.
        shift_x: of the picture, as a fraction of its width.
        shift_y: of the picture, as a fraction of its height.
        camera_roll: radians.
        dimming: of the background.
        grading: strength of the look's own finish.
    """

    seconds: Track
    growth: Track
    tightness: Track
    eyelids: Track
    gaze: Track
    eyes: Track
    mouth: Track
    tongue: Track
    roar: Track
    yaw: Track
    pitch: Track
    roll: Track
    zoom: Track
    shift_x: Track
    shift_y: Track
    camera_roll: Track
    dimming: Track
    grading: Track

    def part(self, frames: slice) -> Story:
        """Take some of the frames."""
        return cut(self, frames)


def tell(shot: Shot, aim: tuple[float, float]) -> Story:
    """Choreograph a shot; every track starts at rest on the photo.

    Args:
        shot: how many frames, and its seed.
        aim: what the camera closes in on, right of and below the picture's middle, as fractions
            of its width and height.
    """
    seconds = np.arange(shot.frames, dtype=np.float64) * np.float64(STORY_SECONDS / shot.frames)
    roar = keyframes(ROAR, seconds)
    struggle = keyframes(STRUGGLE, seconds)
    drift = np.clip(seconds / 0.8, 0, 1) ** 2
    zoom = 1 + keyframes(PUSH_IN, seconds) + 0.16 * keyframes(PUNCH, seconds)
    shift_x, shift_y, camera_roll = _handheld(shot, aim, zoom, roar)
    return Story(
        seconds=seconds,
        growth=keyframes(GROWTH, seconds),
        tightness=keyframes(TIGHTNESS, seconds),
        eyelids=keyframes(EYELIDS, seconds),
        gaze=keyframes(GAZE, seconds),
        eyes=np.clip(spring(seconds, _eyes_target, frequency=3.4, damping=0.42), 0, None),
        mouth=np.clip(spring(seconds, _mouth_target, frequency=3.0, damping=0.5), 0, None),
        tongue=keyframes(TONGUE, seconds),
        roar=roar,
        # A slow drift all along, quick struggling, heavy swaying while it roars.
        yaw=0.05 * drift * np.sin(seconds * 1.7)
        + 0.06 * struggle * np.sin(seconds * 9)
        + 0.10 * roar * np.sin(seconds * 4),
        pitch=keyframes(NOD, seconds),
        roll=0.03 * drift * np.sin(seconds * 2.3) + 0.08 * roar * np.sin(seconds * 5 + 1),
        zoom=zoom,
        shift_x=shift_x,
        shift_y=shift_y,
        camera_roll=camera_roll,
        dimming=keyframes(DIMMING, seconds),
        grading=keyframes(GRADING, seconds),
    )


def _eyes_target(second: float) -> float:
    return 1.0 if second > EYES_OPEN_AT else 0.0


def _mouth_target(second: float) -> float:
    if second < MOUTH_CREEPS_AT:
        return 0.0
    if second < MOUTH_OPENS_AT:
        return GRIN
    return AGAPE if second < MOUTH_ROARS_AT else ROARING


def _handheld(
    shot: Shot, aim: tuple[float, float], zoom: Track, roar: Track
) -> tuple[Track, Track, Track]:
    """Shake the camera and aim it, within what its zoom leaves outside the frame."""
    across, along = shake(shot.frames, shot.seed, 1.0)
    turn, _ = shake(shot.frames, shot.seed + 1, 1.0)
    room = (1 - 1 / zoom) / 2
    force = 0.1 + 0.3 * roar
    shifts = [
        np.clip(-offset, -0.55 * room, 0.55 * room) + np.clip(tremor * force, -0.4, 0.4) * room
        for offset, tremor in zip(aim, (across, along), strict=True)
    ]
    return shifts[0], shifts[1], np.clip(turn * force, -0.5, 0.5) * room * 0.3
