"""What each operator of a Plan does, in torch.

Feature maps are (N, C, H, W), lists of points (N, points, 2 or 3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from engine.vision.attention import region_of_landmarks, sample_region, transform_landmarks

Settings = Mapping[str, Any]
Operator = Callable[[Settings, list[Tensor]], Tensor]

_ACTIVATIONS: Mapping[str | None, Callable[[Tensor], Tensor]] = {
    None: lambda x: x,
    "relu": F.relu,
    "relu6": F.relu6,
}


def _pad_same(x: Tensor, size: list[int], stride: list[int], value: float = 0.0) -> Tensor:
    """Pad so that a window gives ceil(extent / stride) results, the odd pixel at the end."""
    margins: list[int] = []
    for extent, window, step in zip(x.shape[:1:-1], size[::-1], stride[::-1], strict=True):
        total = max((-(-extent // step) - 1) * step + window - extent, 0)
        margins += [total // 2, total - total // 2]
    return F.pad(x, margins, value=value) if any(margins) else x


def _convolution(
    settings: Settings, x: Tensor, kernel: Tensor, bias: Tensor, groups: int
) -> Tensor:
    if settings["padding"] == "same":
        x = _pad_same(x, list(kernel.shape[2:]), settings["stride"])
    y = F.conv2d(x, kernel, bias, stride=settings["stride"], groups=groups)
    return _ACTIVATIONS[settings["activation"]](y)


def _convolve(settings: Settings, inputs: list[Tensor]) -> Tensor:
    x, kernel, bias = inputs
    return _convolution(settings, x, kernel, bias, groups=1)


def _convolve_depthwise(settings: Settings, inputs: list[Tensor]) -> Tensor:
    x, kernel, bias = inputs
    return _convolution(settings, x, kernel, bias, groups=x.shape[1])


def _convolve_transposed(settings: Settings, inputs: list[Tensor]) -> Tensor:
    x, kernel, bias = inputs
    return F.conv_transpose2d(x, kernel, bias, stride=settings["stride"])


def _max_pool(settings: Settings, inputs: list[Tensor]) -> Tensor:
    (x,) = inputs
    if settings["padding"] == "same":
        x = _pad_same(x, settings["size"], settings["stride"], float("-inf"))
    return _ACTIVATIONS[settings["activation"]](
        F.max_pool2d(x, settings["size"], settings["stride"])
    )


def _average_pool(settings: Settings, inputs: list[Tensor]) -> Tensor:
    (x,) = inputs
    return _ACTIVATIONS[settings["activation"]](
        F.avg_pool2d(x, settings["size"], settings["stride"])
    )


def _add(settings: Settings, inputs: list[Tensor]) -> Tensor:
    return _ACTIVATIONS[settings["activation"]](inputs[0] + inputs[1])


def _leaky_relu(_settings: Settings, inputs: list[Tensor]) -> Tensor:
    x, slopes = inputs
    return torch.where(x >= 0, x, x * slopes)


def _pad(settings: Settings, inputs: list[Tensor]) -> Tensor:
    return F.pad(inputs[0], settings["margins"])


def _resize(settings: Settings, inputs: list[Tensor]) -> Tensor:
    return F.interpolate(inputs[0], size=settings["size"], mode="bilinear", align_corners=False)


def _reshape(settings: Settings, inputs: list[Tensor]) -> Tensor:
    """Reshape as if channels came last, which is how the graphs count."""
    x = inputs[0].movedim(1, -1) if inputs[0].ndim == 4 else inputs[0]
    y = x.reshape(x.shape[0], *settings["shape"])
    return y.movedim(-1, 1) if y.ndim == 4 else y


def _depth_to_space(settings: Settings, inputs: list[Tensor]) -> Tensor:
    """Unfold channels into blocks of pixels; channels count row, column, then depth."""
    n, c, h, w = inputs[0].shape
    block = settings["block"]
    depth = c // block**2
    blocks = inputs[0].view(n, block, block, depth, h, w)
    return blocks.permute(0, 3, 4, 1, 5, 2).reshape(n, depth, h * block, w * block)


OPERATORS: Mapping[str, Operator] = {
    "add": _add,
    "average_pool": _average_pool,
    "convolve": _convolve,
    "convolve_depthwise": _convolve_depthwise,
    "convolve_transposed": _convolve_transposed,
    "depth_to_space": _depth_to_space,
    "hard_swish": lambda _settings, inputs: F.hardswish(inputs[0]),
    "join": lambda settings, inputs: torch.cat(inputs, settings["axis"]),
    "keep": lambda _settings, inputs: inputs[0],
    "leaky_relu": _leaky_relu,
    "max_pool": _max_pool,
    "multiply": lambda _settings, inputs: inputs[0] * inputs[1],
    "pad": _pad,
    "region_of_landmarks": region_of_landmarks,
    "relu": lambda _settings, inputs: F.relu(inputs[0]),
    "reshape": _reshape,
    "resize": _resize,
    "sample_region": sample_region,
    "sigmoid": lambda _settings, inputs: torch.sigmoid(inputs[0]),
    "transform_landmarks": transform_landmarks,
}
