"""What the robot can be made of. Colours are linear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.effects.robot.design import MaterialName

Color = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A surface.

    Attributes:
        body: diffuse colour.
        mirror: share of light reflected straight on.
        roughness: 0 polished, 1 satin.
    """

    body: Color
    mirror: Color
    roughness: float


SHELLS: Mapping[str, Material] = {
    "steel": Material(body=(0.05, 0.05, 0.052), mirror=(0.44, 0.455, 0.48), roughness=0.5),
    "ceramic": Material(body=(0.66, 0.67, 0.68), mirror=(0.07, 0.07, 0.075), roughness=0.15),
    "graphite": Material(body=(0.02, 0.021, 0.024), mirror=(0.20, 0.21, 0.235), roughness=0.35),
    "brass": Material(body=(0.05, 0.035, 0.012), mirror=(0.62, 0.43, 0.17), roughness=0.45),
}
"""The main armour, by the `shell` option."""

DARK = Material(body=(0.012, 0.013, 0.015), mirror=(0.15, 0.16, 0.18), roughness=0.7)
CHROME = Material(body=(0.0, 0.0, 0.0), mirror=(0.85, 0.86, 0.88), roughness=0.05)
RUBBER = Material(body=(0.012, 0.012, 0.013), mirror=(0.045, 0.045, 0.05), roughness=1.0)
GLASS = Material(body=(0.004, 0.004, 0.005), mirror=(0.06, 0.06, 0.065), roughness=0.0)


def materials(shell: str, paint: Color) -> Mapping[MaterialName, Material]:
    """Give the materials of one robot by name."""
    return {
        "shell": SHELLS[shell],
        "dark": DARK,
        "accent": Material(body=paint, mirror=(0.09, 0.09, 0.09), roughness=0.15),
        "chrome": CHROME,
        "rubber": RUBBER,
        "glass": GLASS,
    }
