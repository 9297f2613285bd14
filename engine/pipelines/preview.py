"""What a film is going to look like, while it is made.

An autoencoder's latents are close to a linear function of the colours they stand for. That map is
fitted once to the autoencoder itself, so that no preview needs a decoder. A film is noisy until its
last step; two steps together say where they lead to, and that is what is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from engine.pipelines.family import Family, Pipeline
from engine.pipelines.take import Picture, Take

Show = Callable[[Picture], None]
"""Given a small picture of the middle of a film after each of its steps."""

_LONG_SIDE = 192
_SAMPLE_SIDE = 96
_AT_ONCE = 8
_SMOOTH_SAMPLES = 24
_RIDGE = 1e-3
_CALLBACK = "callback_on_step_end"


def has_previews(pipeline: Pipeline) -> bool:
    """Tell whether a pipeline lets its latents be seen."""
    return _CALLBACK in signature(type(pipeline).__call__).parameters


def previews(family: Family, pipeline: Pipeline, take: Take, show: Show) -> dict[str, Any]:
    """Say what a pipeline is also called with, so that a film is shown while it is made."""
    if not has_previews(pipeline):
        return {}
    shown = Previews(family, take, Colours.of(pipeline), show)
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


class Previews:
    """Shows one film while it is made."""

    def __init__(self, family: Family, take: Take, colours: Colours, show: Show) -> None:
        self._family = family
        self._take = take
        self._colours = colours
        self._show = show
        self._before: tuple[Tensor, float, float] | None = None

    def after_step(
        self, pipeline: Pipeline, step: int, _time: Any, tensors: dict[str, Tensor]
    ) -> dict[str, Tensor]:
        """Show where the last two steps lead to; changes nothing."""
        middle = self._family.middle(pipeline, self._take, tensors["latents"])
        latent = middle[: self._colours.channels].float().cpu()
        signal, noise = _levels(pipeline.scheduler, step + 1)
        clear = self._cleared(latent, signal, noise)
        self._before = (latent, signal, noise)
        self._show(self._sized(self._colours.picture(clear)))
        return {}

    def _cleared(self, latent: Tensor, signal: float, noise: float) -> Tensor:
        """Solve for what both steps have in common besides their noise."""
        if self._before is not None and self._before[0].shape == latent.shape:
            earlier, its_signal, its_noise = self._before
            if (less := its_noise * signal - noise * its_signal) > 0:
                return (its_noise * latent - noise * earlier) / less
        return latent / max((signal**2 + noise**2) ** 0.5, 1e-6)

    def _sized(self, colours: Tensor) -> Picture:
        width, height = self._take.width, self._take.height
        scale = min(1.0, _LONG_SIDE / max(width, height))
        size = (round(height * scale), round(width * scale))
        large = F.interpolate(colours[None], size, mode="bilinear", align_corners=False)[0]
        bytes_ = (large.clamp(0, 1) * 255).round().to(torch.uint8)
        return bytes_.permute(1, 2, 0).contiguous().numpy()


def _levels(scheduler: Any, done: int) -> tuple[float, float]:
    """Tell how much of the film and how much noise there is after some of the steps."""
    sigmas = getattr(scheduler, "sigmas", ())
    if len(sigmas):
        sigma = float(sigmas[min(done, len(sigmas) - 1)])
        if scheduler.config.get("invert_sigmas"):
            return sigma, 1 - sigma
        # where there is more noise than film it was added to the whole of it, not mixed with it
        return (1.0 if float(max(sigmas)) > 1 else 1 - sigma), sigma
    if done < len(scheduler.timesteps):
        kept = float(scheduler.alphas_cumprod[int(scheduler.timesteps[done])])
        return kept**0.5, (1 - kept) ** 0.5
    return 1.0, 0.0


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
