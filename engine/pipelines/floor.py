"""The least time that a take can need on a GPU: all of its multiplications, at full speed.

The work of a denoiser follows in closed form from its configuration; that of a decoder is counted
while it runs without numbers. What is worked out again though it stays the same, such as the words'
keys at every step, is counted as often as the model asks for it.
"""

from __future__ import annotations

import inspect
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import prod
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from engine.pipelines.family import Pipeline
from engine.pipelines.loaded import Loaded
from engine.pipelines.take import Take

_DENSE_BF16 = {
    "H200": 989e12,
    "H100 PCIe": 756e12,
    "H100": 989e12,
    "H800": 989e12,
    "A100": 312e12,
    "A800": 312e12,
    "L40S": 362e12,
    "L4": 121e12,
    "A10": 125e12,
    "RTX 4090": 165e12,
    "RTX 3090": 71e12,
}
"""Operations a second as NVIDIA's data sheets give them, with sums in 32 bits, without sparsity."""
_SIDE = 8192
_ROUNDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Floating-point operations of a take.

    Attributes:
        run: of one run of the denoiser.
        runs: how many there are.
        decoding: of turning latents into frames.
    """

    run: float
    runs: int
    decoding: float

    @property
    def whole(self) -> float:
        """All of them."""
        return self.run * self.runs + self.decoding

    def seconds(self, peak: float) -> float:
        """Say how long they take at so many a second."""
        return self.whole / peak


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much a denoiser is given in one run, in tokens.

    Attributes:
        film: after its patches are made.
        words: what the prompt is padded to.
        picture: what an encoder of pictures sees of the photo.
        sound: of the soundtrack.
        times: how often the time step is told: once, or to each token of the film.
    """

    film: int
    words: int
    picture: int = 0
    sound: int = 0
    times: int = 1


def work(loaded: Loaded, take: Take) -> Work | None:
    """Count a take's operations; None for a model whose closed form is not known here."""
    wanted = loaded.checkpoint.pipelines[take.mode]
    pipeline = next(each for each in loaded.pipelines if type(each).__name__ == wanted)
    name = type(getattr(pipeline, loaded.family.denoisers[0], None)).__name__
    if name not in _FORMS:
        return None
    config = pipeline.transformer.config
    return Work(
        run=run_work(name, config, _sizes(pipeline, take)),
        runs=take.steps * (_PASSES.get(name, 2) if take.guidance > 1 else 1),
        decoding=decoding_work(pipeline.vae, _latents(pipeline, take)),
    )


def run_work(name: str, config: Any, sizes: Sizes) -> float:
    """Count the operations of one run of a denoiser.

    Raises:
        KeyError: its closed form is not known here.
    """
    return _FORMS[name](config, sizes)


def decoding_work(vae: Any, latents: tuple[int, ...]) -> float:
    """Count the operations of decoding latents of a shape."""
    settings = {name: value for name, value in vae.config.items() if not name.startswith("_")}
    return _counted(type(vae), json.dumps(settings), latents)


def peak_flops(device_name: str) -> float | None:
    """Look up what a GPU can do at most in bfloat16, by the name that CUDA gives it."""
    known = (name for name in _DENSE_BF16 if re.search(rf"\b{name}\b", device_name))
    name = next(known, None)
    return _DENSE_BF16[name] if name else None


def measured_peak(device: torch.device) -> float:
    """Measure how many operations a second a large multiplication gets.

    Data sheets promise more than power and heat allow; on a CPU it is a small one in 32 bits.
    """
    is_gpu = device.type == "cuda"
    side, dtype = (_SIDE, torch.bfloat16) if is_gpu else (_SIDE // 16, torch.float32)
    one, other = (torch.randn(side, side, device=device, dtype=dtype) for _ in range(2))
    for _ in range(3):
        torch.mm(one, other)
    _wait(device)
    begun = time.perf_counter()
    for _ in range(_ROUNDS):
        torch.mm(one, other)
    _wait(device)
    return _ROUNDS * 2 * side**3 / (time.perf_counter() - begun)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _sizes(pipeline: Pipeline, take: Take) -> Sizes:
    config = pipeline.transformer.config
    _, _, frames, height, width = _latents(pipeline, take)
    patch = _patch(config)
    film = (frames // patch[0]) * (height // patch[1]) * (width // patch[2])
    return Sizes(
        film=film,
        words=_padded(pipeline),
        picture=_picture_tokens(pipeline) if config.get("image_dim") else 0,
        sound=_sound_tokens(pipeline, take) if hasattr(pipeline, "vocoder") else 0,
        times=film if pipeline.config.get("expand_timesteps") else 1,
    )


def _patch(config: Any) -> tuple[int, ...]:
    if isinstance(config.patch_size, int):
        return (config.get("patch_size_t") or 1, config.patch_size, config.patch_size)
    return tuple(config.patch_size)


def _latents(pipeline: Pipeline, take: Take) -> tuple[int, ...]:
    along_time = _stride(pipeline, "temporal")
    side = _stride(pipeline, "spatial")
    frames = (take.frames - 1) // along_time + 1
    return (1, _channels(pipeline.vae), frames, take.height // side, take.width // side)


def _stride(pipeline: Pipeline, which: str) -> int:
    names = (f"vae_scale_factor_{which}", f"vae_{which}_compression_ratio")
    return next(getattr(pipeline, name) for name in names if hasattr(pipeline, name))


def _channels(vae: Any) -> int:
    return vae.config.get("z_dim") or vae.config.latent_channels


def _padded(pipeline: Pipeline) -> int:
    """Find how many tokens a prompt is made, however few words it has."""
    return inspect.signature(pipeline.__call__).parameters["max_sequence_length"].default


def _picture_tokens(pipeline: Pipeline) -> int:
    looks = pipeline.image_encoder.config
    seen = (looks.image_size // looks.patch_size) ** 2 + 1
    return 2 * seen if pipeline.transformer.config.get("pos_embed_seq_len") else seen


def _sound_tokens(pipeline: Pipeline, take: Take) -> int:
    config = pipeline.transformer.config
    a_second = config.audio_sampling_rate / config.audio_hop_length / config.audio_scale_factor
    return round(take.frames / take.fps * a_second)


def _attention(
    queries: int,
    keys: int,
    width: int,
    *,
    keys_width: int | None = None,
    inner: int | None = None,
) -> float:
    """Count the four matrices of attention, and the attending."""
    inner = inner or width
    keys_width = keys_width or width
    matrices = 2 * queries * width * inner + 2 * keys * keys_width * inner
    return 2 * matrices + 4 * queries * keys * inner


def _mlp(tokens: int, *widths: int) -> float:
    return sum(2 * tokens * one * other for one, other in pairwise(widths))


def _wan(config: Any, sizes: Sizes) -> float:
    width = config.num_attention_heads * config.attention_head_dim
    patch = prod(config.patch_size)
    to_words = sizes.words
    to_picture = 0.0
    if config.added_kv_proj_dim is not None:
        to_picture = 2 * _mlp(sizes.picture, config.added_kv_proj_dim, width)
        to_picture += 4 * sizes.film * sizes.picture * width
    else:
        to_words += sizes.picture
    block = (
        _attention(sizes.film, sizes.film, width)
        + _attention(sizes.film, to_words, width)
        + to_picture
        + _mlp(sizes.film, width, config.ffn_dim, width)
    )
    around = (
        _mlp(sizes.film, config.in_channels * patch, width)
        + _mlp(sizes.film, width, config.out_channels * patch)
        + _mlp(sizes.words, config.text_dim, width, width)
        + _mlp(sizes.times, config.freq_dim, width, width, 6 * width)
    )
    if config.image_dim is not None:
        around += _mlp(sizes.picture, config.image_dim, config.image_dim, width)
    return config.num_layers * block + around


def _ltx(config: Any, sizes: Sizes) -> float:
    width = config.num_attention_heads * config.attention_head_dim
    block = (
        _attention(sizes.film, sizes.film, width)
        + _attention(sizes.film, sizes.words, width, keys_width=config.cross_attention_dim)
        + _mlp(sizes.film, width, 4 * width, width)
    )
    around = (
        _mlp(sizes.film, config.in_channels, width)
        + _mlp(sizes.film, width, config.out_channels or config.in_channels)
        + _mlp(sizes.words, config.caption_channels, width, width)
        + _mlp(1, 256, width, width, 6 * width)
    )
    return config.num_layers * block + around


def _ltx2(config: Any, sizes: Sizes) -> float:
    film = config.num_attention_heads * config.attention_head_dim
    sound = config.audio_num_attention_heads * config.audio_attention_head_dim
    block = (
        _attention(sizes.film, sizes.film, film)
        + _attention(sizes.film, sizes.words, film, keys_width=config.cross_attention_dim)
        + _mlp(sizes.film, film, 4 * film, film)
        + _attention(sizes.sound, sizes.sound, sound)
        + _attention(sizes.sound, sizes.words, sound, keys_width=config.audio_cross_attention_dim)
        + _mlp(sizes.sound, sound, 4 * sound, sound)
        + _attention(sizes.film, sizes.sound, film, keys_width=sound, inner=sound)
        + _attention(sizes.sound, sizes.film, sound, keys_width=film, inner=sound)
    )
    around = (
        _mlp(sizes.film, config.in_channels, film, config.out_channels or config.in_channels)
        + _mlp(sizes.sound, config.audio_in_channels, sound, config.audio_out_channels)
        + _mlp(sizes.words, config.caption_channels, film, film)
        + _mlp(sizes.words, config.caption_channels, sound, sound)
    )
    return config.num_layers * block + around


_FORMS: Mapping[str, Callable[[Any, Sizes], float]] = {
    "WanTransformer3DModel": _wan,
    "LTXVideoTransformer3DModel": _ltx,
    "LTX2VideoTransformer3DModel": _ltx2,
}
_PASSES = {"LTX2VideoTransformer3DModel": 4}
"""Runs of a step that is guided: by the words, and of LTX-2 also by a layer and the other half."""


@lru_cache(maxsize=64)
def _counted(cls: Any, settings: str, latents: tuple[int, ...]) -> float:
    config = json.loads(settings)
    with torch.device("meta"):
        vae = cls(**config)
        given = [torch.empty(latents)]
        if config.get("timestep_conditioning"):
            given.append(torch.empty(latents[0]))
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        vae.decode(*given)
    return float(counter.get_total_flops())
