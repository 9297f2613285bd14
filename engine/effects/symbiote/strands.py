"""Fibres of the goo: noise smeared along the lines a muscle would follow."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.effects.symbiote.anatomy import Anatomy
from engine.effects.toolkit.curves import mix, smoothstep
from engine.effects.toolkit.noise import fbm
from engine.effects.toolkit.sampling import pixel_grid, sample

# In eye distances.
FINENESS = 0.095
REACH = 0.40
STEP = 0.04
SPINE = (-0.7, 0.6)
"""The line down the face that the head's fibres leave."""
SLOW = 0.15
"""Strength of flow at which its pace is halved: where it turns round, smearing must stop."""


def strands(height: int, width: int, anatomy: Anatomy, seed: int) -> Tensor:
    """Comb noise outwards on the head and down the body: (H, W), about -1..1."""
    unit = anatomy.unit
    x, y = pixel_grid(height, width)
    grain = fbm(height, width, cell=FINENESS * unit, octaves=2, seed=seed)[None, None]
    swirl = fbm(height, width, cell=0.9 * unit, octaves=2, seed=seed + 100) * 1.5
    flow = _flow(x, y, anatomy, swirl) * (STEP * unit)
    total = grain[0, 0].clone()
    for direction in (1.0, -1.0):
        along_x, along_y = x[None].clone(), y[None].clone()
        for _ in range(round(REACH / STEP)):
            move = sample(flow, along_x, along_y)
            along_x += direction * move[:, 0]
            along_y += direction * move[:, 1]
            total += sample(grain, along_x, along_y)[0, 0]
    tautness = (0.6 + 0.9 * fbm(height, width, cell=0.8 * unit, octaves=2, seed=seed + 200)).clamp(
        0.12, 1
    )
    return (total / total.std().clamp_min(1e-6) / 2).clamp(-1.5, 1.5) * tautness


def _flow(x: Tensor, y: Tensor, anatomy: Anatomy, swirl: Tensor) -> Tensor:
    """Give the direction of the fibres in the image, (1, 2, H, W), at most 1 long."""
    u, v = anatomy.locate(x, y)
    out_u, out_v = u - anatomy.mouth_u, v - v.clamp(*SPINE)
    upward = 0.5 * torch.exp(-((out_u / 0.3) ** 2)) * smoothstep(1.5, 1.0, v)
    head = smoothstep(2.3, 1.5, v)
    across = mix(0.35 * u.clamp(-1.5, 1.5), out_u, head)
    along = mix(torch.ones_like(v), out_v - upward, head)
    right, down = anatomy.face.right, anatomy.face.down
    flow_x = across * float(right[0]) + along * float(down[0])
    flow_y = across * float(right[1]) + along * float(down[1])
    angle = torch.atan2(flow_y, flow_x) + swirl
    strength = torch.hypot(flow_x, flow_y)
    pace = strength / (strength + SLOW)
    return torch.stack([angle.cos() * pace, angle.sin() * pace])[None]
