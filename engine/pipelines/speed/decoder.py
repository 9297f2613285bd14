"""Decoding latents into frames faster, which is most of the work of a film in few steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import NotHere
from engine.pipelines.loaded import Loaded

_FIRST_GOOD_CUDNN = 91500


def slow_convolutions(device: torch.device) -> str | None:
    """Say why convolutions over time are many times slower than need be, if they are."""
    if device.type != "cuda" or (torch.backends.cudnn.version() or 0) >= _FIRST_GOOD_CUDNN:
        return None
    return "cuDNN older than 9.15 convolves over time slowly: install a newer torch"


class ChannelsLast:
    """Store the weights of convolutions over time as the fastest kernels read them."""

    name = "channels last"
    is_lossy = False
    is_reversible = True

    def turn_on(self, loaded: Loaded) -> None:
        """Turn the weights round."""
        layers = _convolutions(loaded)
        if not layers:
            raise NotHere("this decoder does not convolve over time")
        _lay_out(layers, torch.channels_last_3d)

    def turn_off(self, loaded: Loaded) -> None:
        """Turn them back."""
        _lay_out(_convolutions(loaded), torch.contiguous_format)


class HalfDecoder:
    """Decode in 16 bits what is encoded in 32.

    Lossy: a photo is still seen in full precision, only what is made of it is rounded.
    """

    name = "16-bit decoder"
    is_lossy = True
    is_reversible = True

    def __init__(self) -> None:
        self._kept: dict[str, Tensor] = {}

    def turn_on(self, loaded: Loaded) -> None:
        """Round the decoder's weights, and what it is given."""
        vae = loaded.pipeline.vae
        if not hasattr(vae, "decoder"):
            raise NotHere("this autoencoder has no decoder of its own")
        if all(weights.dtype is torch.bfloat16 for _, weights in _weights(vae)):
            raise NotHere("it decodes in 16 bits already")
        # they are kept beside the device, whose memory the frames need
        self._kept = {name: weights.data.cpu() for name, weights in _weights(vae)}
        for part in _parts(vae):
            part.to(torch.bfloat16)
        vae.decode = _rounded(vae.decode)

    def turn_off(self, loaded: Loaded) -> None:
        """Take the weights back that were kept."""
        vae = loaded.pipeline.vae
        del vae.decode
        for name, weights in _weights(vae):
            weights.data = self._kept[name].to(weights.device)
        self._kept = {}


class CompiledDecoder:
    """Compile the decoder; the first take of a shape is slow."""

    name = "compiled decoder"
    is_lossy = False
    is_reversible = True

    def __init__(self, device: torch.device) -> None:
        self._device = device

    def turn_on(self, loaded: Loaded) -> None:
        """Have it compiled when it first runs."""
        if self._device.type == "cpu":
            raise NotHere("on a CPU, compiling it takes longer than it saves")
        decoder = getattr(loaded.pipeline.vae, "decoder", None)
        if decoder is None:
            raise NotHere("this autoencoder has no decoder of its own")
        decoder.compile(dynamic=False)

    def turn_off(self, loaded: Loaded) -> None:
        """Run it as it is written."""
        loaded.pipeline.vae.decoder._compiled_call_impl = None


def _convolutions(loaded: Loaded) -> list[nn.Conv3d]:
    return [module for module in loaded.pipeline.vae.modules() if isinstance(module, nn.Conv3d)]


def _lay_out(layers: list[nn.Conv3d], layout: torch.memory_format) -> None:
    # a whole autoencoder cannot be turned, as some of its layers convolve in two dimensions
    for layer in layers:
        layer.weight.data = layer.weight.data.contiguous(memory_format=layout)


def _parts(vae: Any) -> list[nn.Module]:
    parts = (vae.decoder, getattr(vae, "post_quant_conv", None))
    return [part for part in parts if part is not None]


def _weights(vae: Any) -> list[tuple[str, nn.Parameter]]:
    return [
        (f"{number}.{name}", weights)
        for number, part in enumerate(_parts(vae))
        for name, weights in part.named_parameters()
    ]


def _rounded(decode: Callable[..., Any]) -> Callable[..., Any]:
    def decode_rounded(latents: Tensor, *more: Any, **named: Any) -> Any:
        given = (_as(each, torch.bfloat16) for each in more)
        output = decode(latents.to(torch.bfloat16), *given, **named)
        if isinstance(output, tuple):
            return tuple(_as(each, torch.float32) for each in output)
        output.sample = _as(output.sample, torch.float32)
        return output

    return decode_rounded


def _as(value: Any, dtype: torch.dtype) -> Any:
    is_number = isinstance(value, Tensor) and value.is_floating_point()
    return value.to(dtype) if is_number else value
