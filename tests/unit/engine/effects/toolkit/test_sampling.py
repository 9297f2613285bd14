from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from engine.effects.toolkit.sampling import (
    Pad,
    blur,
    column,
    displace,
    pixel_grid,
    resize,
    sample,
    sample_sharp,
)


def picture(channels: int = 3, height: int = 40, width: int = 56) -> Tensor:
    return torch.rand(1, channels, height, width, generator=torch.Generator().manual_seed(1))


def by_torch(image: Tensor, x: Tensor, y: Tensor, mode: str, pad: Pad) -> Tensor:
    height, width = image.shape[-2:]
    places = torch.stack([(x + 0.5) * 2 / width - 1, (y + 0.5) * 2 / height - 1], -1)
    image = image.expand(len(places), -1, -1, -1)
    return functional.grid_sample(image, places, mode=mode, padding_mode=pad, align_corners=False)


def wild_map(frames: int = 2) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(2)
    x = torch.rand(frames, 30, 20, generator=generator) * 70 - 7
    y = torch.rand(frames, 30, 20, generator=generator) * 54 - 7
    return x, y


def test_reading_every_pixel_where_it_is_changes_nothing() -> None:
    image, (x, y) = picture(), pixel_grid(40, 56)
    assert torch.equal(sample(image, x[None], y[None]), image)
    assert torch.equal(sample_sharp(image, x[None], y[None]), image)


@pytest.mark.parametrize("pad", ["border", "reflection", "zeros"])
def test_sampling_agrees_with_torch_wherever_it_reads(pad: Pad) -> None:
    image, (x, y) = picture(), wild_map()
    torch.testing.assert_close(
        sample(image, x, y, pad=pad), by_torch(image, x, y, "bilinear", pad), atol=1e-4, rtol=0
    )


def test_sharp_sampling_is_bicubic() -> None:
    image, (x, y) = picture(), wild_map()
    inside_x, inside_y = x.clamp(2, 53), y.clamp(2, 37)
    torch.testing.assert_close(
        sample_sharp(image, inside_x, inside_y),
        by_torch(image, inside_x, inside_y, "bicubic", "border"),
        atol=1e-3,
        rtol=0,
    )


def test_one_map_reads_many_pictures_and_many_maps_read_one() -> None:
    pictures = picture().repeat(3, 1, 1, 1) * column(np.array([1.0, 2.0, 3.0]))
    x, y = wild_map(1)
    many = sample(pictures, x, y)
    torch.testing.assert_close(many[2], many[0] * 3)
    assert sample(picture(), *wild_map(4)).shape == (4, 3, 30, 20)


def test_displacements_are_looked_up_where_the_map_leads() -> None:
    x, y = pixel_grid(20, 30)
    dx = x / 10
    moved_x, moved_y = displace(x[None] + 5, y[None], dx[None], torch.zeros(1, 20, 30))
    torch.testing.assert_close(moved_x[0, :, :20], (x + 5 + (x + 5) / 10)[:, :20])
    assert torch.equal(moved_y[0], y)


def gaussian(image: Tensor, sigma: float) -> Tensor:
    offsets = torch.arange(-60.0, 61.0)
    kernel = torch.exp(-0.5 * (offsets / sigma) ** 2)
    kernel /= kernel.sum()
    across = functional.conv2d(image, kernel.view(1, 1, 1, -1), padding="same")
    return functional.conv2d(across, kernel.view(1, 1, -1, 1), padding="same")


@pytest.mark.parametrize("sigma", [0.8, 2.5, 5.0, 7.0, 11.0])
def test_a_blur_is_a_gaussian_whatever_its_width(sigma: float) -> None:
    image = torch.zeros(1, 1, 193, 211)
    image[..., 60:130, 70:150] = picture(1, 70, 80)
    wanted = gaussian(image, sigma)
    assert float((blur(image, sigma) - wanted).abs().max()) < 0.03 * float(wanted.max())


def test_a_blur_keeps_even_ground_even_at_any_size_and_shape() -> None:
    for shape in ((3, 97, 121), (2, 3, 64, 64), (33, 21)):
        torch.testing.assert_close(blur(torch.full(shape, 0.3), 7.0), torch.full(shape, 0.3))


def test_resizing_down_averages_and_up_interpolates() -> None:
    image = picture(2, 32, 48)
    torch.testing.assert_close(resize(image, 16, 24), functional.avg_pool2d(image, 2))
    up = functional.interpolate(image, size=(64, 96), mode="bilinear", align_corners=False)
    torch.testing.assert_close(resize(image, 64, 96), up, atol=1e-5, rtol=0)
