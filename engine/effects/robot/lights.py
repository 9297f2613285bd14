"""The robot's own light: eyes, mouth, seams, and how they come on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from engine.effects.robot.chassis import FINE, Chassis
from engine.effects.robot.details import INSET
from engine.effects.robot.eyes import lens_glow
from engine.effects.robot.mouth import SLOTS, nearest_slot, slots
from engine.effects.robot.relief import Relief
from engine.effects.toolkit.curves import smoothstep
from engine.effects.toolkit.sampling import blur, column

EYE_POWER, SPILL_POWER, MOUTH_POWER, LINE_POWER = 3.6, 0.25, 0.9, 0.55
WAVE_POWER, SEAM_POWER = 0.5, 0.014
"""Light of the seams as the power reaches them, and afterwards."""
WHITE_HOT, BLEACH = 1.3, 0.55
"""Light above this bleaches towards white."""

# Eye distances.
SPILL = (0.30, 0.10)
"""How far the eyes light up the metal around them."""
LINE, SEAM = 0.010, 0.014
"""Half widths of lit lines and seams."""
WAVE_SPEED = 7.0
"""Per second, at which the power spreads from the eyes along the seams."""
WAVE_LENGTH = 0.5

# Seconds.
WARM_UP = 0.6
SPEECH_STARTS, SYLLABLE, SPEECH = 0.30, 0.11, 3.0
PAUSES = 0.2
"""Share of the syllables that are silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lights:
    """Where light comes from, on the photo's pixels, at full power.

    Attributes:
        eyes: (H, W) the lenses.
        spill: (H, W) what they throw on the metal around.
        slots: (H, W) the mouth's slots.
        slot: (H, W) which slot, from 0.
        reach: (H, W) how far from the middle line of the mouth, 0..1.
        lines: (H, W) lines that stay lit.
        seams: (H, W) seams through which the power spreads.
        delay: (H, W) seconds until the power has come there from the eyes.
        glow: (3,) colour, linear.
    """

    eyes: Tensor
    spill: Tensor
    slots: Tensor
    slot: Tensor
    reach: Tensor
    lines: Tensor
    seams: Tensor
    delay: Tensor
    glow: Tensor


def install(chassis: Chassis, relief: Relief, glow: Tensor) -> Lights:
    """Find where the robot glows; the light's `glow` colour (3,) is linear."""

    def coarse(plane: NDArray[np.floating]) -> Tensor:
        fine = torch.from_numpy(np.ascontiguousarray(plane, np.float32))
        return functional.avg_pool2d(fine[None, None], FINE)[0, 0].to(glow.device)

    eyes = coarse(lens_glow(chassis.lens) * chassis.named("lens"))
    wide, narrow = (blur(eyes, reach * chassis.unit) for reach in SPILL)
    lit = [i for i, part in enumerate(chassis.parts) if "light" in part.details]
    line = np.exp(-(((relief.edge - INSET) / LINE) ** 2)) * np.isin(chassis.ids, lit)
    return Lights(
        eyes=eyes,
        spill=wide + 0.6 * narrow,
        slots=coarse(slots(chassis.grille) * chassis.named("grille")),
        slot=coarse(nearest_slot(chassis.grille)).round().long(),
        reach=coarse(np.abs(chassis.grille.height).clip(0, 1)),
        lines=coarse(line),
        seams=coarse(np.exp(-((relief.edge / SEAM) ** 2)) * chassis.covered),
        delay=coarse(chassis.lens.radius) / WAVE_SPEED,
        glow=glow,
    )


def emitted(
    lights: Lights,
    power: NDArray[np.floating],
    pulse: NDArray[np.floating],
    speech: NDArray[np.floating],
) -> Tensor:
    """Light up for each frame: (B, 3, H, W) linear, to add to the metal.

    Args:
        lights: of the robot.
        power: of the eyes.
        pulse: seconds since the power came on.
        speech: (frames, SLOTS) level of each of the mouth's slots, 0..1.
    """
    device = lights.eyes.device
    level, age = column(power, device)[:, 0], column(pulse, device)[:, 0]
    voices = torch.from_numpy(speech).float().to(device)[:, lights.slot]
    mouth = lights.slots * smoothstep(0.12, -0.12, lights.reach - voices)
    since = age - lights.delay
    wave = torch.exp(-((since * (WAVE_SPEED / WAVE_LENGTH)) ** 2))
    steady = smoothstep(0.0, WARM_UP, since)
    strength = (
        (EYE_POWER * lights.eyes + SPILL_POWER * lights.spill) * level
        + MOUTH_POWER * mouth * smoothstep(0.0, 0.25, age)
        + lights.seams * (WAVE_POWER * wave * (age > 0) + SEAM_POWER * steady)
        + LINE_POWER * lights.lines * steady
    )[:, None]
    return strength * lights.glow.view(1, 3, 1, 1) + (strength - WHITE_HOT).clamp_min(0) * BLEACH


def speak(pulse: NDArray[np.floating], seed: int) -> NDArray[np.float64]:
    """Say something: the level 0..1 of each of the mouth's slots, (frames, SLOTS)."""
    rng = np.random.default_rng(seed)
    moments = np.arange(0, SPEECH, SYLLABLE)
    loud = rng.uniform(0.15, 1.0, len(moments)) * (rng.random(len(moments)) > PAUSES)
    voice = np.interp(pulse - SPEECH_STARTS, moments, loud, left=0.0)[:, None]
    slot = np.arange(SLOTS)
    off_middle = np.abs(slot - SLOTS // 2) / (SLOTS // 2)
    ripple = 0.2 * np.sin(9 * pulse[:, None] + 1.7 * slot)
    return (0.28 + 0.6 * voice * (1 - 0.6 * off_middle + ripple)).clip(0.15, 1.0)
