from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.pipelines.check import a_take
from engine.pipelines.families import NAMES, family
from engine.pipelines.families.wan21 import Wan21
from engine.pipelines.family import Family
from engine.pipelines.loaded import Loaded
from engine.pipelines.preview import Colours, Develop, Previews, Show, has_previews
from engine.pipelines.take import Mode, Picture, Take

SILENT = {"hunyuan1.5", "minimax-h3", "modelscope", "wan-animate2"}
"""Their pipelines do not let latents be seen."""
REDUCED = 8
CHANNELS = 16
IN_BETWEEN = [0.7, 0.45, 0.2]


class Encoded(dict[str, Any]):
    """What an autoencoder gives; its names are attributes too."""

    __getattr__ = dict.__getitem__


class LinearEncoder(nn.Module):
    """Mixes colours linearly into latents, as autoencoders do by and large."""

    def __init__(self, *, of_films: bool, **config: Any) -> None:
        super().__init__()
        kind: Any = nn.Conv3d if of_films else nn.Conv2d
        stride = (1, REDUCED, REDUCED) if of_films else REDUCED
        self.encoder = kind(3, CHANNELS, stride, stride)
        size = self.encoder.weight[0, 0].numel()
        # all of an area counts alike
        first = self.encoder.weight.detach().flatten(2)[..., :1]
        even = first.expand(-1, -1, size).reshape_as(self.encoder.weight) / size**0.5
        self.encoder.weight = nn.Parameter(even.clone())
        self.config = config
        self.dtype = torch.float32

    def encode(self, pictures: Tensor) -> Encoded:
        """Average the colours, and mix them."""
        mixed = self.encoder(pictures)
        return Encoded(latent_dist=SimpleNamespace(mode=lambda: mixed))

    def latent(self, picture: Picture) -> Tensor:
        """Give a picture's latents as a pipeline has them, (channels, h, w)."""
        pixels = torch.from_numpy(picture).permute(2, 0, 1)[None] / 127.5 - 1
        if self.encoder.weight.dim() == 5:
            pixels = pixels[:, :, None]
        mixed = self.encoder(pixels)[0].reshape(CHANNELS, 64 // REDUCED, -1)
        mean, std = (
            torch.tensor(self.config.get(name, neutral)).reshape(-1, 1, 1)
            for name, neutral in (("latents_mean", 0.0), ("latents_std", 1.0))
        )
        return (mixed - mean) * self.config.get("scaling_factor", 1.0) / std


def a_picture() -> Picture:
    """Large areas of colours."""
    picture = np.full((64, 64, 3), (200, 30, 60), np.uint8)
    picture[:, 32:] = (20, 180, 240)
    picture[32:, :32] = (250, 250, 10)
    return picture


def seen(colours: Colours, latent: Tensor) -> Picture:
    picture = colours.picture(latent).permute(1, 2, 0) * 255
    return picture.clamp(0, 255).round().to(torch.uint8).numpy()


@pytest.mark.parametrize("of_films", [True, False])
@pytest.mark.parametrize(
    "config",
    [{}, {"scaling_factor": 0.18}, {"latents_mean": [0.2] * CHANNELS, "latents_std": [3.0] * 16}],
)
def test_colours_that_an_autoencoder_mixes_linearly_are_found_again(
    of_films: bool, config: dict[str, Any]
) -> None:
    torch.manual_seed(1)
    vae = LinearEncoder(of_films=of_films, **config)

    colours = Colours.fitted(vae, "cpu")

    with torch.inference_mode():
        found = seen(colours, vae.latent(a_picture()))
    expected = a_picture()[::REDUCED, ::REDUCED]
    assert colours.channels == CHANNELS
    assert np.abs(found.astype(int) - expected).max() <= 3


def test_an_autoencoder_is_looked_at_once() -> None:
    pipeline = SimpleNamespace(vae=LinearEncoder(of_films=True), _execution_device="cpu")

    assert Colours.of(pipeline) is Colours.of(pipeline)


def a_flow(steps: list[float]) -> tuple[Any, list[tuple[float, float]]]:
    scheduler = SimpleNamespace(sigmas=torch.tensor([*steps, 0.0]), config={})
    return scheduler, [(1 - sigma, sigma) for sigma in [*steps[1:], 0.0]]


def a_flow_upwards(steps: list[float]) -> tuple[Any, list[tuple[float, float]]]:
    _, levels = a_flow(steps)
    sigmas = torch.tensor([*(1 - sigma for sigma in steps), 1.0])
    return SimpleNamespace(sigmas=sigmas, config={"invert_sigmas": True}), levels


def noise_added(steps: list[float]) -> tuple[Any, list[tuple[float, float]]]:
    sigmas = [20 * sigma for sigma in steps] + [0.0]
    scheduler = SimpleNamespace(sigmas=torch.tensor(sigmas), config={})
    return scheduler, [(1.0, sigma) for sigma in sigmas[1:]]


def variance_kept(steps: list[float]) -> tuple[Any, list[tuple[float, float]]]:
    kept = 1 - torch.linspace(0.01, 0.99, 1000)
    times = torch.tensor([round(999 * sigma) for sigma in steps])
    scheduler = SimpleNamespace(alphas_cumprod=kept, timesteps=times, config={})
    levels = [(float(k) ** 0.5, float(1 - k) ** 0.5) for k in kept[times[1:]]]
    return scheduler, [*levels, (1.0, 0.0)]


@pytest.mark.parametrize("schedule", [a_flow, a_flow_upwards, noise_added, variance_kept])
def test_from_the_second_step_on_the_film_is_seen_without_its_noise(schedule: Any) -> None:
    torch.manual_seed(1)
    vae = LinearEncoder(of_films=False)
    take = replace(a_take(Wan21(), Mode.TEXT, seed=1), width=64, height=64)
    scheduler, levels = schedule([0.95, *IN_BETWEEN])
    shown: list[Picture] = []
    previews = Previews(Wan21(), take, Colours.fitted(vae, "cpu"), developing(shown))
    with torch.inference_mode():
        clear, noise = vae.latent(a_picture()), torch.randn(CHANNELS, 8, 8)
        for step, (of_clear, of_noise) in enumerate(levels):
            latents = (of_clear * clear + of_noise * noise)[None, :, None]
            pipeline = SimpleNamespace(scheduler=scheduler)
            previews.after_step(pipeline, step, None, {"latents": latents})

    inner = np.s_[8:24, 8:24]
    assert len(shown) == 4
    for picture in shown[1:]:
        assert np.abs(picture[inner].astype(int) - a_picture()[inner]).max() <= 4


def developing(shown: list[Picture]) -> Show:
    """Look at each picture as soon as it can be seen."""
    return lambda develop: shown.append(develop())


def a_short_take(of: Family, mode: Mode) -> Take:
    take = a_take(of, mode, seed=1)
    return take if of.name.startswith("helios") else replace(take, steps=2)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in SILENT])
def test_a_film_is_shown_after_every_step_and_not_changed_by_it(name: str) -> None:
    of = family(name)
    checkpoint = list(of.checkpoints.values())[-1]
    torch.manual_seed(0)
    loaded = Loaded(of, checkpoint, checkpoint.tiny())
    take = a_short_take(of, list(checkpoint.pipelines)[-1])
    shown: list[Picture] = []

    with_previews = loaded.film(take, show=developing(shown))

    scale = min(1, 192 / max(take.width, take.height))
    assert len(shown) >= take.steps
    assert {picture.shape for picture in shown} == {
        (round(take.height * scale), round(take.width * scale), 3)
    }
    assert all(picture.std() > 0 for picture in shown)
    np.testing.assert_array_equal(loaded.film(take).frames, with_previews.frames)


def test_a_picture_that_is_looked_at_later_is_the_same() -> None:
    of = family("wan2.1")
    checkpoint = of.checkpoints["text"]
    torch.manual_seed(0)
    loaded = Loaded(of, checkpoint, checkpoint.tiny())
    take = a_short_take(of, Mode.TEXT)
    at_once: list[Picture] = []
    later: list[Develop] = []

    def show(develop: Develop) -> None:
        at_once.append(develop())
        later.append(develop)

    loaded.film(take, show=show)

    assert len(later) == take.steps
    for picture, develop in zip(at_once, later, strict=True):
        np.testing.assert_array_equal(develop(), picture)


def test_a_film_of_which_no_picture_can_be_made_is_filmed_all_the_same() -> None:
    of = family("wan2.1")
    checkpoint = of.checkpoints["text"]
    loaded = Loaded(of, checkpoint, checkpoint.tiny())
    loaded.pipeline.vae.register_module("encoder", None)
    shown: list[Picture] = []

    footage = loaded.film(a_short_take(of, Mode.TEXT), show=developing(shown))

    assert shown == []
    assert len(footage.frames)


@pytest.mark.parametrize("name", sorted(SILENT))
def test_where_nothing_can_be_seen_it_is_filmed_all_the_same(name: str) -> None:
    of = family(name)
    checkpoint = next(iter(of.checkpoints.values()))
    loaded = Loaded(of, checkpoint, checkpoint.tiny())
    shown: list[Picture] = []

    mode = next(iter(checkpoint.pipelines))
    footage = loaded.film(a_short_take(of, mode), show=developing(shown))

    assert not has_previews(loaded.pipeline)
    assert shown == []
    assert len(footage.frames)


@pytest.mark.parametrize("mode", [Mode.TEXT, Mode.KEYFRAMES])
@pytest.mark.parametrize("name", ["ltx", "ltx2"])
def test_of_packed_latents_the_middle_of_the_film_is_shown(name: str, mode: Mode) -> None:
    of = family(name)
    take = replace(a_take(of, mode, seed=1), width=96)
    pipeline = SimpleNamespace(vae_spatial_compression_ratio=32, vae_temporal_compression_ratio=8)
    film = torch.arange(3).repeat_interleave(2 * 3)[None, :, None].expand(1, -1, 5).clone()
    film[0, :, 1] = torch.arange(18)
    given = torch.full((1, 0 if mode is Mode.TEXT else 12, 5), 9)
    parts = [given, film] if name == "ltx" else [film, given]

    middle = of.middle(pipeline, take, torch.cat(parts, 1))

    assert middle.shape == (5, 2, 3)
    assert middle[0].unique().tolist() == [1]
    assert middle[1].tolist() == [[6, 7, 8], [9, 10, 11]]
