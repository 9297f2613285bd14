from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch

from engine.weights import Converted

WIDTHS = [3, *[64] * 17, 48]


def an_ncnn_file() -> tuple[bytes, list[np.ndarray]]:
    """Layers as ncnn writes them, and their kernels."""
    rng = np.random.default_rng(1)
    data, kernels = bytearray(), list[np.ndarray]()
    for number, (before, after) in enumerate(pairwise(WIDTHS)):
        kernel = rng.standard_normal((after, before, 3, 3)).astype(np.float16)
        kernels.append(kernel)
        data += bytes.fromhex("476b3001") + kernel.tobytes()
        data += np.full(after, number, np.float32).tobytes()
        if number < len(WIDTHS) - 2:
            data += np.full(after, number + 0.5, np.float32).tobytes()
    return bytes(data), kernels


def a_checkpoint(content: object) -> bytes:
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


class Harmful:
    """Runs something when it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return (pytest.fail, ("it was run",))


def test_layers_of_ncnn_become_named_tensors() -> None:
    data, kernels = an_ncnn_file()

    tensors = Converted.from_source("ncnn_compact", data).tensors

    assert len(tensors) == 2 * 18 + 17
    for number, kernel in enumerate(kernels):
        np.testing.assert_array_equal(tensors[f"{2 * number}.weight"], kernel)
    assert tensors["4.bias"].tolist() == [2.0] * 64
    assert tensors["5.weight"].tolist() == [2.5] * 64


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda data: data[:-1], "fewer layers"),
        (lambda data: data + b"\0\0\0\0", "more layers"),
        (lambda data: b"\0\0\0\0" + data[4:], "half precision"),
    ],
)
def test_another_network_of_ncnn_is_refused(change: Callable[[bytes], bytes], why: str) -> None:
    data, _ = an_ncnn_file()

    with pytest.raises(ValueError, match=why):
        Converted.from_source("ncnn_compact", change(data))


def test_of_rife_only_what_finds_motion_is_kept() -> None:
    weights = {"module.block0.w": torch.ones(2), "module.unet.w": torch.ones(3)}

    tensors = Converted.from_source("rife", a_checkpoint(weights)).tensors

    assert list(tensors) == ["block0.w"]
    assert tensors["block0.w"].tolist() == [1, 1]


def test_a_checkpoint_without_rife_is_refused() -> None:
    with pytest.raises(ValueError, match="RIFE"):
        Converted.from_source("rife", a_checkpoint({"head.w": torch.ones(2)}))


def test_a_checkpoint_that_would_run_something_is_refused() -> None:
    with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
        Converted.from_source("rife", a_checkpoint({"block0.w": Harmful()}))
