"""Closed forms agree with counting, on models that have no numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from engine.pipelines.check import a_take
from engine.pipelines.families import family
from engine.pipelines.floor import (
    Sizes,
    Work,
    decoding_work,
    measured_peak,
    peak_flops,
    run_work,
    work,
)
from engine.pipelines.libraries import diffusers
from engine.pipelines.loaded import Loaded
from engine.pipelines.take import Mode

ROUNDING = 0.002
LTX2_ROUNDING = 0.01
"""Its many small layers of the time step are left out."""


def counted(cls: Any, config: dict[str, Any], **given: Any) -> tuple[Any, float]:
    """A model without numbers, and the operations that torch counts in one run."""
    with torch.device("meta"), torch.no_grad():
        model = cls(**config)
        tensors = {
            name: torch.empty(value) if isinstance(value, tuple) else value
            for name, value in given.items()
        }
        with FlopCounterMode(display=False) as counter:
            model(**tensors, return_dict=False)
    return model.config, float(counter.get_total_flops())


WAN = {
    "tiny": {"num_attention_heads": 2, "attention_head_dim": 12, "ffn_dim": 32, "num_layers": 2},
    "1.3B": {"num_attention_heads": 12, "ffn_dim": 8960, "num_layers": 30},
    "14B": {"num_attention_heads": 40, "ffn_dim": 13824, "num_layers": 40},
    "5B": {
        "num_attention_heads": 24,
        "ffn_dim": 14336,
        "num_layers": 30,
        "in_channels": 48,
        "out_channels": 48,
    },
    "I2V 14B": {
        "num_attention_heads": 40,
        "ffn_dim": 13824,
        "num_layers": 40,
        "in_channels": 36,
        "image_dim": 1280,
        "added_kv_proj_dim": 5120,
    },
}
CLIP_TOKENS = 257


@pytest.mark.parametrize("size", WAN)
@pytest.mark.parametrize("latents", [(5, 8, 12), (21, 60, 104)])
def test_wan_in_every_size_is_counted_right(size: str, latents: tuple[int, int, int]) -> None:
    frames, height, width = latents
    config = WAN[size]
    given: dict[str, Any] = {
        "hidden_states": (1, config.get("in_channels", 16), *latents),
        "timestep": (1,),
        "encoder_hidden_states": (1, 512, 4096),
    }
    if "image_dim" in config:
        given["encoder_hidden_states_image"] = (1, CLIP_TOKENS, 1280)
    whole, count = counted(diffusers.WanTransformer3DModel, config, **given)

    sizes = Sizes(
        film=frames * height * width // 4,
        words=512,
        picture=CLIP_TOKENS if "image_dim" in config else 0,
    )

    assert run_work("WanTransformer3DModel", whole, sizes) == pytest.approx(count, rel=ROUNDING)


@pytest.mark.parametrize(
    "config",
    [
        {"num_attention_heads": 4, "attention_head_dim": 8, "num_layers": 2}
        | {"cross_attention_dim": 32, "caption_channels": 64},
        {},
    ],
)
def test_ltx_is_counted_right(config: dict[str, Any]) -> None:
    frames, height, width, words = 16, 16, 24, 128
    whole, count = counted(
        diffusers.LTXVideoTransformer3DModel,
        config,
        hidden_states=(1, frames * height * width, 128),
        encoder_hidden_states=(1, words, config.get("caption_channels", 4096)),
        timestep=(1,),
        encoder_attention_mask=(1, words),
        num_frames=frames,
        height=height,
        width=width,
    )

    sizes = Sizes(film=frames * height * width, words=words)

    assert run_work("LTXVideoTransformer3DModel", whole, sizes) == pytest.approx(
        count, rel=ROUNDING
    )


def test_ltx2_is_counted_right_with_its_sound() -> None:
    frames, height, width, sound = 16, 16, 24, 126
    whole, count = counted(
        diffusers.LTX2VideoTransformer3DModel,
        {},
        hidden_states=(1, frames * height * width, 128),
        audio_hidden_states=(1, sound, 128),
        encoder_hidden_states=(1, 1024, 3840),
        audio_encoder_hidden_states=(1, 1024, 3840),
        timestep=(1, 1),
        num_frames=frames,
        height=height,
        width=width,
        audio_num_frames=sound,
    )

    sizes = Sizes(film=frames * height * width, words=1024, sound=sound)

    assert run_work("LTX2VideoTransformer3DModel", whole, sizes) == pytest.approx(
        count, rel=LTX2_ROUNDING
    )


@pytest.mark.parametrize(
    ("vae", "latents", "tera"),
    [
        (lambda: diffusers.AutoencoderKLWan(), (1, 16, 21, 60, 104), 275.4),
        (lambda: diffusers.AutoencoderKLLTX2Video(), (1, 128, 16, 16, 24), 60.2),
    ],
)
def test_decoders_are_counted_while_they_run_without_numbers(
    vae: Any, latents: tuple[int, ...], tera: float
) -> None:
    with torch.device("meta"):
        made = vae()

    assert decoding_work(made, latents) == pytest.approx(tera * 1e12, rel=ROUNDING)


@pytest.mark.parametrize(
    ("name", "kind", "runs", "rounding"),
    [
        ("wan2.1", "text", 6, ROUNDING),
        ("wan2.1", "photo", 6, ROUNDING),
        ("wan2.2", "text", 6, ROUNDING),
        ("wan2.2-5b", "any", 6, ROUNDING),
        ("ltx", "conditions", 6, ROUNDING),
        ("ltx2", "2.0", 12, 3 * LTX2_ROUNDING),
    ],
)
def test_a_take_of_a_tiny_checkpoint_is_counted_as_it_runs(
    name: str, kind: str, runs: int, rounding: float
) -> None:
    of = family(name)
    torch.manual_seed(0)
    loaded = Loaded(of, of.checkpoints[kind], of.checkpoints[kind].tiny())
    mode = next(iter(of.checkpoints[kind].pipelines))
    take = a_take(of, mode, seed=1)
    counters: list[FlopCounterMode] = []

    def begin(*_: Any) -> None:
        counters.append(FlopCounterMode(display=False))
        counters[-1].__enter__()

    network = loaded.pipeline.transformer
    hooks = [
        network.register_forward_pre_hook(begin),
        network.register_forward_hook(lambda *_: counters[-1].__exit__(None, None, None)),
    ]
    with sdpa_kernel(SDPBackend.MATH):  # the only one on a CPU that is counted
        loaded.film(replace(take, guidance=1.0))
    for hook in hooks:
        hook.remove()

    full = work(loaded, take)
    assert full is not None
    assert full.run == pytest.approx(counters[0].get_total_flops(), rel=rounding)
    assert full.runs == runs
    assert work(loaded, replace(take, guidance=1.0)) == replace(full, runs=take.steps)


def test_a_model_without_a_closed_form_has_no_floor() -> None:
    of = family("mochi")
    kind = next(iter(of.checkpoints))
    loaded = Loaded(of, of.checkpoints[kind], of.checkpoints[kind].tiny())

    assert work(loaded, a_take(of, Mode.TEXT, seed=1)) is None


def test_work_takes_as_long_as_all_runs_and_the_decoding() -> None:
    done = Work(run=100.0, runs=8, decoding=200.0)

    assert done.whole == 1000.0
    assert done.seconds(peak=500.0) == 2.0


@pytest.mark.parametrize(
    ("name", "tera"),
    [
        ("NVIDIA H200", 989),
        ("NVIDIA H100 PCIe", 756),
        ("NVIDIA H100 80GB HBM3", 989),
        ("NVIDIA A100-SXM4-80GB", 312),
        ("NVIDIA L40S", 362),
        ("NVIDIA L4", 121),
        ("NVIDIA GeForce RTX 4090", 165),
    ],
)
def test_a_gpu_is_known_by_its_name(name: str, tera: int) -> None:
    assert peak_flops(name) == tera * 1e12


@pytest.mark.parametrize("name", ["NVIDIA Somewhat 9999", "NVIDIA L40"])
def test_an_unknown_gpu_has_no_known_peak(name: str) -> None:
    assert peak_flops(name) is None


def test_the_peak_of_any_device_can_be_measured() -> None:
    assert measured_peak(torch.device("cpu")) > 1e8
