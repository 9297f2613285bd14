"""Reading images at other places and scales.

On CPU the work is OpenCV's, plane by plane: the same arithmetic as torch, several times quicker
(blurs fifty times).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

Pad = Literal["border", "reflection", "zeros"]
"""What lies beyond the picture: its last pixels, its mirror image, or nothing."""
Plane = NDArray[np.float32]

BORDERS: dict[Pad, int] = {
    "border": cv2.BORDER_REPLICATE,
    "reflection": cv2.BORDER_REFLECT,
    "zeros": cv2.BORDER_CONSTANT,
}
WIDEST_DIRECT_SIGMA = 3.0


def column(values: NDArray[np.floating], device: torch.device | str = "cpu") -> Tensor:
    """Turn one number per frame into (B, 1, 1, 1)."""
    return torch.as_tensor(np.asarray(values), dtype=torch.float32, device=device).view(-1, 1, 1, 1)


def pixel_grid(
    height: int, width: int, device: torch.device | str = "cpu"
) -> tuple[Tensor, Tensor]:
    """Give the x and the y of every pixel centre, each (H, W)."""
    y, x = torch.meshgrid(
        torch.arange(height, dtype=torch.float32, device=device),
        torch.arange(width, dtype=torch.float32, device=device),
        indexing="ij",
    )
    return x, y


def sample(image: Tensor, x: Tensor, y: Tensor, *, pad: Pad = "border") -> Tensor:
    """Read (1|B, C, h, w) bilinearly at pixel coordinates (1|B, H, W): (B, C, H, W)."""
    if image.is_cuda:
        return _grid_sample(image, x, y, "bilinear", pad)
    return _remap(image, x, y, cv2.INTER_LINEAR, pad)


def sample_sharp(image: Tensor, x: Tensor, y: Tensor, *, pad: Pad = "border") -> Tensor:
    """Read as `sample` does, bicubically: keeps texture crisp, overshoots a little at edges."""
    if image.is_cuda:
        return _grid_sample(image, x, y, "bicubic", pad)
    return _remap(image, x, y, cv2.INTER_CUBIC, pad)


def _grid_sample(image: Tensor, x: Tensor, y: Tensor, mode: str, pad: Pad) -> Tensor:
    height, width = image.shape[-2:]
    places = torch.stack([(x + 0.5) * (2 / width) - 1, (y + 0.5) * (2 / height) - 1], -1)
    frames = max(len(places), len(image))
    image, places = image.expand(frames, -1, -1, -1), places.expand(frames, -1, -1, -1)
    return functional.grid_sample(image, places, mode=mode, padding_mode=pad, align_corners=False)


def _remap(image: Tensor, x: Tensor, y: Tensor, interpolation: int, pad: Pad) -> Tensor:
    frames, channels = max(len(x), len(image)), image.shape[1]
    height, width = x.shape[-2:]
    result = torch.empty(frames, channels, height, width)
    source, across, down, out = (np.asarray(t.contiguous()) for t in (image, x, y, result))
    for frame in range(frames):
        for channel in range(channels):
            cv2.remap(
                source[frame % len(source), channel],
                across[frame % len(across)],
                down[frame % len(down)],
                interpolation,
                dst=out[frame, channel],
                borderMode=BORDERS[pad],
            )
    return result


def displace(x: Tensor, y: Tensor, dx: Tensor, dy: Tensor) -> tuple[Tensor, Tensor]:
    """Look up displacements (1|B, H, W) where a map leads, and follow them: x, y (B, H, W)."""
    steps = sample(torch.stack([dx, dy], 1), x, y)
    return x + steps[:, 0], y + steps[:, 1]


def resize(x: Tensor, height: int, width: int) -> Tensor:
    """Scale (B, C, h, w) to (B, C, height, width): bilinear up, area average down."""
    smaller = x.shape[-2] >= height and x.shape[-1] >= width
    if x.is_cuda:
        if smaller:
            return functional.interpolate(x, size=(height, width), mode="area")
        return functional.interpolate(x, size=(height, width), mode="bilinear")
    interpolation = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    result = torch.empty(*x.shape[:-2], height, width)
    for plane, out in _planes(x, result):
        cv2.resize(plane, (width, height), dst=out, interpolation=interpolation)
    return result


def blur(x: Tensor, sigma: float) -> Tensor:
    """Blur (..., H, W) with a gaussian; wide ones work on a smaller picture."""
    height, width = x.shape[-2:]
    planes = x.reshape(1, -1, height, width)
    factor = _reduction(sigma, height, width)
    if factor == 1:
        return _blur_direct(planes, sigma).reshape(x.shape)
    # whole cells only: the pad keeps every cell the same size
    margin = (-width % factor, -height % factor)
    padded = functional.pad(planes, (0, margin[0], 0, margin[1]), mode="replicate")
    rows, columns = padded.shape[-2] // factor, padded.shape[-1] // factor
    # scaling down and up again blurs too, by a box and a tent: a quarter cell of variance
    rest = math.sqrt((sigma / factor) ** 2 - 0.25)
    small = _blur_direct(resize(padded, rows, columns), rest)
    return resize(small, *padded.shape[-2:])[..., :height, :width].reshape(x.shape)


def _reduction(sigma: float, height: int, width: int) -> int:
    factor = 1
    while sigma / factor > WIDEST_DIRECT_SIGMA and min(height, width) // (factor * 2) > 8:
        factor *= 2
    return factor


def _blur_direct(planes: Tensor, sigma: float) -> Tensor:
    if planes.is_cuda:
        return _convolve(planes.transpose(0, 1), sigma).transpose(0, 1)
    result = torch.empty(planes.shape)
    for plane, out in _planes(planes, result):
        cv2.GaussianBlur(plane, (0, 0), sigma, dst=out, borderType=cv2.BORDER_REFLECT_101)
    return result


def _planes(source: Tensor, result: Tensor) -> Iterator[tuple[Plane, Plane]]:
    """Pair up the planes (H, W) of two tensors (..., H, W), for OpenCV to read and to write."""
    sources = np.asarray(source.contiguous()).reshape(-1, *source.shape[-2:])
    results = np.asarray(result).reshape(-1, *result.shape[-2:])
    return zip(sources, results, strict=True)


def _convolve(planes: Tensor, sigma: float) -> Tensor:
    radius = min(max(1, math.ceil(3.5 * sigma)), min(planes.shape[-2:]) - 1)
    offsets = torch.arange(-radius, radius + 1, device=planes.device, dtype=torch.float32)
    kernel = torch.exp(-0.5 * (offsets / sigma) ** 2)
    kernel = kernel / kernel.sum()
    padded = functional.pad(planes, (radius, radius, radius, radius), mode="reflect")
    return functional.conv2d(
        functional.conv2d(padded, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1)
    )
