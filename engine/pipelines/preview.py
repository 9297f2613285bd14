"""What a film is going to look like, while it is made.

An autoencoder's latents are close to a linear function of the colours they stand for. That map is
fitted once to the autoencoder itself, so that no preview needs a decoder. A film is noisy until its
last step; two steps together say where they lead to, and that is what is shown.

A step only copies the latent picture on its device, and waits for nothing: what is made of it is
made when somebody wants to see it, in a thread of theirs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from inspect import signature
from typing import Any, ClassVar, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from engine.pipelines.family import Family, Pipeline
from engine.pipelines.take import Picture, Take

Develop = Callable[[], Picture]
"""Makes a small picture, of a longest side of 192 pixels; in any thread, now or later."""
Show = Callable[[Develop], None]
"""Given what develops a picture of the middle of a film, after each of its steps."""

_LONG_SIDE = 192
_SAMPLE_SIDE = 96
_AT_ONCE = 8
_SMOOTH_SAMPLES = 24
_RIDGE = 1e-3
_CALLBACK = "callback_on_step_end"

log = logging.getLogger(__name__)


def has_previews(pipeline: Pipeline) -> bool:
    """Tell whether a pipeline lets its latents be seen."""
    return _CALLBACK in signature(type(pipeline).__call__).parameters


def previews(family: Family, pipeline: Pipeline, take: Take, show: Show) -> dict[str, Any]:
    """Say what a pipeline is also called with, so that a film is shown while it is made."""
    if not has_previews(pipeline):
        return {}
    try:
        colours = Colours.of(pipeline)
    except Exception:
        log.warning("%s is filmed without being shown", family.name, exc_info=True)
        return {}
    shown = Previews(family, take, colours, show)
    return {_CALLBACK: shown.after_step, f"{_CALLBACK}_tensor_inputs": ["latents"]}


class Colours:
    """Turns latents into colours: a linear map, (channels + 1, 3)."""

    _fitted: ClassVar[WeakKeyDictionary[Any, Colours]] = WeakKeyDictionary()

    def __init__(self, weights: Tensor) -> None:
        self._weights = weights

    @classmethod
    def of(cls, pipeline: Pipeline) -> Colours:
        """Give the map of a pipeline's autoencoder, which is fitted the first time."""
        vae = pipeline.vae
        if vae not in cls._fitted:
            cls._fitted[vae] = cls.fitted(vae, pipeline._execution_device)
        return cls._fitted[vae]

    @classmethod
    @torch.inference_mode()
    def fitted(cls, vae: Any, device: torch.device | str) -> Colours:
        """Encode flat colours and simple pictures, and find what brings them back best."""
        samples = _samples()
        latents = _encoded(vae, samples, device)
        wanted = F.adaptive_avg_pool2d(samples, (latents.shape[-2], latents.shape[-1]))
        known = latents.movedim(1, -1).flatten(0, 2).double()
        spread = known.std(0).clamp_min(1e-6)
        one = torch.ones(len(known), 1, dtype=torch.float64)
        rows = torch.cat([known / spread, one], 1)
        # channels that colours do not depend on would be amplified without it
        ridge = torch.eye(rows.shape[1], dtype=torch.float64) * _RIDGE * len(rows)
        ridge[-1, -1] = 0
        colours = wanted.movedim(1, -1).flatten(0, 2).double()
        solved = torch.linalg.solve(rows.T @ rows + ridge, rows.T @ colours)
        return cls((solved / torch.cat([spread, one[0]])[:, None]).float())

    @property
    def channels(self) -> int:
        """How many the latents have."""
        return len(self._weights) - 1

    def picture(self, latent: Tensor) -> Tensor:
        """Give the colours, (3, h, w) around 0..1, of a latent picture (channels, h, w)."""
        colours = torch.einsum("chw,ck->khw", latent, self._weights[:-1])
        return colours + self._weights[-1, :, None, None]


class _Step(NamedTuple):
    latent: Tensor
    signal: float
    noise: float


class Previews:
    """Shows one film while it is made."""

    def __init__(self, family: Family, take: Take, colours: Colours, show: Show) -> None:
        self._family = family
        self._take = take
        self._colours = colours
        self._show = show
        self._before: _Step | None = None
        self._levels = _Levels()

    def after_step(
        self, pipeline: Pipeline, step: int, _time: Any, tensors: dict[str, Tensor]
    ) -> dict[str, Tensor]:
        """Show where the last two steps lead to; changes nothing."""
        middle = self._family.middle(pipeline, self._take, tensors["latents"])
        latent = middle[: self._colours.channels].clone()
        before, now = self._before, _Step(latent, *self._levels.after(pipeline.scheduler, step + 1))
        self._before = now
        self._show(partial(self._developed, before, now))
        return {}

    @torch.inference_mode()
    def _developed(self, before: _Step | None, now: _Step) -> Picture:
        return self._sized(self._colours.picture(_cleared(before, now)))

    def _sized(self, colours: Tensor) -> Picture:
        width, height = self._take.width, self._take.height
        scale = min(1.0, _LONG_SIDE / max(width, height))
        size = (round(height * scale), round(width * scale))
        large = F.interpolate(colours[None], size, mode="bilinear", align_corners=False)[0]
        bytes_ = (large.clamp(0, 1) * 255).round().to(torch.uint8)
        return bytes_.permute(1, 2, 0).contiguous().numpy()


def _cleared(before: _Step | None, now: _Step) -> Tensor:
    """Solve for what two steps have in common besides their noise."""
    latent = now.latent.float().cpu()
    if before is not None and before.latent.shape == latent.shape:
        less = before.noise * now.signal - now.noise * before.signal
        if less > 0:
            return (before.noise * latent - now.noise * before.latent.float().cpu()) / less
    return latent / max((now.signal**2 + now.noise**2) ** 0.5, 1e-6)


class _Levels:
    """How much of the film and how much noise there is, as a scheduler has it planned."""

    def __init__(self) -> None:
        self._of: Any = None
        self._sigmas: list[float] = []

    def after(self, scheduler: Any, done: int) -> tuple[float, float]:
        """Tell how much of both there is after some of the steps."""
        sigmas = self._read(getattr(scheduler, "sigmas", ()))
        if sigmas:
            sigma = sigmas[min(done, len(sigmas) - 1)]
            if scheduler.config.get("invert_sigmas"):
                return sigma, 1 - sigma
            # where there is more noise than film it was added to the whole of it, not mixed with it
            return (1.0 if max(sigmas) > 1 else 1 - sigma), sigma
        if done < len(scheduler.timesteps):
            kept = float(scheduler.alphas_cumprod[int(scheduler.timesteps[done])])
            return kept**0.5, (1 - kept) ** 0.5
        return 1.0, 0.0

    def _read(self, sigmas: Any) -> list[float]:
        """Read them once: on a GPU each look waits for all that is to be done there before."""
        if sigmas is not self._of:
            self._of, self._sigmas = sigmas, [float(sigma) for sigma in sigmas]
        return self._sigmas


def _samples() -> Tensor:
    """Make up flat colours and soft pictures, (n, 3, side, side) in 0..1."""
    levels = torch.tensor([0.0, 0.5, 1.0])
    flat = torch.cartesian_prod(levels, levels, levels)[:, :, None, None]
    coarse = np.random.default_rng(0).random((_SMOOTH_SAMPLES, 3, 4, 4), np.float32)
    size = (_SAMPLE_SIDE, _SAMPLE_SIDE)
    soft = F.interpolate(torch.from_numpy(coarse), size, mode="bilinear", align_corners=True)
    return torch.cat([flat.expand(-1, -1, *size), soft])


def _encoded(vae: Any, samples: Tensor, device: torch.device | str) -> Tensor:
    """Encode pictures as a pipeline has them while it films, (n, channels, h, w) on the CPU."""
    dtype = vae.dtype
    must_widen = dtype == torch.float16 and bool(vae.config.get("force_upcast"))
    if must_widen:  # its encoder overflows in half precision, and pipelines do the same
        vae.to(torch.float32)
    latents = [_encode(vae, some.to(device, vae.dtype) * 2 - 1) for some in samples.split(_AT_ONCE)]
    if must_widen:
        vae.to(dtype)
    return _normalised(vae, torch.cat(latents))


def _encode(vae: Any, pictures: Tensor) -> Tensor:
    is_of_films = any(weights.dim() == 5 for weights in vae.encoder.parameters())
    encoded = vae.encode(pictures[:, :, None] if is_of_films else pictures)
    latents = encoded.latent_dist.mode() if "latent_dist" in encoded else encoded.latent
    return (latents[:, :, 0] if is_of_films else latents).float().cpu()


def _normalised(vae: Any, latents: Tensor) -> Tensor:
    numbers: dict[str, Any] = {**dict(vae.named_buffers()), **vae.config}
    for name, neutral in (("latents_mean", 0.0), ("latents_std", 1.0)):
        values = numbers.get(name)
        numbers[name] = torch.as_tensor(neutral if values is None else values).float().cpu()
    mean, std = (numbers[name].reshape(-1, 1, 1) for name in ("latents_mean", "latents_std"))
    shift, scale = numbers.get("shift_factor") or 0.0, numbers.get("scaling_factor") or 1.0
    return (latents - shift - mean) * scale / std
