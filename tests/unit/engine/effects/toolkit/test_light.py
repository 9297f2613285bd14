from __future__ import annotations

import torch

from engine.effects.toolkit.light import (
    Reflection,
    matcap,
    normals_from_height,
    shade,
    softbox,
    to_display,
    to_linear,
)
from engine.effects.toolkit.sampling import pixel_grid


def test_light_and_display_values_are_each_other_s_inverse() -> None:
    stored = torch.arange(256) / 255
    back = to_display(to_linear(stored))
    assert torch.equal((back * 255 + 0.5).byte(), torch.arange(256).byte())


def test_a_slope_faces_away_from_where_it_rises() -> None:
    x, _ = pixel_grid(9, 9)
    normal = normals_from_height(x[None])[0, :, 4, 4]
    torch.testing.assert_close(normal, torch.tensor([-1.0, 0.0, 1.0]) / 2**0.5)


def test_even_ground_faces_the_viewer() -> None:
    normals = normals_from_height(torch.full((1, 5, 5), 7.0))
    torch.testing.assert_close(normals[0, 2], torch.ones(5, 5))
    assert float(normals[0, :2].abs().max()) == 0


def test_a_softbox_lights_its_inside_only() -> None:
    across = torch.tensor([-0.9, 0.0, 0.9])
    lit = softbox(across, torch.zeros(3), -0.3, 0.3, -0.3, 0.3, 0.05)
    torch.testing.assert_close(lit, torch.tensor([0.0, 1.0, 0.0]))


def normal_colours(seen: Reflection) -> torch.Tensor:
    return torch.stack([seen.normal_x, seen.normal_y, seen.normal_z])


def test_shading_by_a_matcap_looks_the_normal_up_on_the_sphere() -> None:
    normals = torch.nn.functional.normalize(torch.randn(1, 3, 6, 6), dim=1)
    normals[:, 2].abs_()
    shaded = shade(matcap(normal_colours), normals)
    torch.testing.assert_close(shaded[:, :2], normals[:, :2], atol=0.02, rtol=0)


def test_a_mirror_facing_the_viewer_shows_the_viewer() -> None:
    sphere = matcap(lambda seen: torch.stack([seen.x, seen.y, seen.z]), size=65)
    torch.testing.assert_close(sphere[0, :, 32, 32], torch.tensor([0.0, 0.0, 1.0]))


def test_roughness_evens_out_the_reflection() -> None:
    def lamp(seen: Reflection) -> torch.Tensor:
        return (seen.x.abs() < 0.2).float().expand(3, -1, -1)

    assert float(matcap(lamp, roughness=0.05).std()) < float(matcap(lamp).std())
