"""Every switch changes what it says and puts back what was there, on tiny checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import NotHere, Stopped
from engine.pipelines.check import a_take
from engine.pipelines.families import family
from engine.pipelines.libraries import diffusers
from engine.pipelines.loaded import Loaded
from engine.pipelines.speed import caches
from engine.pipelines.speed.attention import Attention
from engine.pipelines.speed.compiling import CompiledBlocks
from engine.pipelines.speed.context_parallel import ContextParallel
from engine.pipelines.speed.decoder import (
    ChannelsLast,
    CompiledDecoder,
    HalfDecoder,
    slow_convolutions,
)
from engine.pipelines.speed.float8 import Float8Blocks, Float8Storage, inner_linears
from engine.pipelines.speed.fused_qkv import FusedQkv
from engine.pipelines.speed.switch import Switch, denoisers
from engine.pipelines.speed.tf32 import Tf32
from engine.pipelines.take import Footage, Mode, Take

CPU = torch.device("cpu")
STEPS = 16
LONG = replace(a_take(family("wan2.2"), Mode.TEXT, seed=1), steps=STEPS)

pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit.script_method:DeprecationWarning")


def tiny(name: str, kind: str) -> Loaded:
    """A checkpoint of random numbers, the same ones every time."""
    torch.manual_seed(0)
    of = family(name)
    return Loaded(of, of.checkpoints[kind], of.checkpoints[kind].tiny())


@pytest.fixture(scope="module")
def experts() -> Loaded:
    """Two denoisers that share the steps."""
    return tiny("wan2.2", "text")


def a_long_take(loaded: Loaded) -> Take:
    return replace(a_take(loaded.family, Mode.TEXT, seed=1), steps=STEPS)


def difference(one: Footage, other: Footage) -> int:
    return int(np.abs(one.frames.astype(int) - other.frames.astype(int)).max())


def latents(loaded: Loaded, take: Take) -> torch.Tensor:
    """What a take is decoded from: a decoder of random numbers shows little of it in frames."""
    seen: list[torch.Tensor] = []
    hook = loaded.pipeline.vae.post_quant_conv.register_forward_pre_hook(
        lambda _, given: seen.append(given[0].float())
    )
    loaded.film(take)
    hook.remove()
    return torch.cat(seen)


EXACT: list[Callable[[], Switch]] = [
    lambda: Attention(CPU, ["_native_math"]),
    ChannelsLast,
    FusedQkv,
]
LOSSY: list[Callable[[], Switch]] = [
    HalfDecoder,
    lambda: caches.first_block(STEPS, threshold=0.5),
    lambda: caches.taylor_seer(STEPS),
    lambda: caches.MagCache(LONG, [0.98] * STEPS),
]


@pytest.mark.parametrize("make", EXACT)
def test_what_is_exact_changes_no_more_than_rounding(
    make: Callable[[], Switch], experts: Loaded
) -> None:
    take, switch = a_long_take(experts), make()
    before = experts.film(take)

    switch.turn_on(experts)
    meanwhile = experts.film(take)
    switch.turn_off(experts)

    assert not switch.is_lossy
    assert difference(before, meanwhile) <= 1
    assert difference(before, experts.film(take)) == 0


@pytest.mark.parametrize("make", LOSSY)
def test_what_is_lossy_changes_frames_and_then_films_as_before(
    make: Callable[[], Switch], experts: Loaded
) -> None:
    take, switch = a_long_take(experts), make()
    before, frames = latents(experts, take), experts.film(take)

    switch.turn_on(experts)
    meanwhile = latents(experts, take)
    switch.turn_off(experts)

    assert switch.is_lossy
    assert not torch.equal(before, meanwhile)
    assert difference(frames, experts.film(take)) == 0


@pytest.mark.parametrize("make", LOSSY[1:])
def test_a_cache_forgets_a_take_that_was_stopped(
    make: Callable[[], Switch], experts: Loaded
) -> None:
    take, switch = a_long_take(experts), make()
    switch.turn_on(experts)
    try:
        undisturbed = latents(experts, take)
        for stopped_at in (0.0, 0.5):
            with pytest.raises(Stopped):
                experts.film(take, lambda fraction, at=stopped_at: fraction < at)
            assert torch.equal(undisturbed, latents(experts, take))
    finally:
        switch.turn_off(experts)


def test_how_much_results_grow_is_measured_without_a_trace() -> None:
    loaded = tiny("wan2.1", "text")
    take = a_long_take(loaded)
    before = loaded.film(take)

    ratios = caches.growth(loaded, take)

    assert len(ratios) == STEPS
    assert ratios[0] == 1.0
    assert all(0.5 < ratio < 2 for ratio in ratios)
    assert len(set(ratios)) == STEPS
    assert difference(before, loaded.film(take)) == 0


def test_steps_are_left_out_by_what_was_measured() -> None:
    loaded = tiny("wan2.1", "text")
    take, last = a_long_take(loaded), loaded.pipeline.transformer.blocks[-1].attn1
    runs: list[None] = []
    last.register_forward_pre_hook(lambda *_: runs.append(None))
    switch = caches.MagCache(take, threshold=0.5)
    switch.turn_on(loaded)
    runs.clear()

    loaded.film(take)

    assert 0 < len(runs) < 2 * STEPS


def test_growth_is_not_measured_where_denoisers_share_the_steps(experts: Loaded) -> None:
    with pytest.raises(NotHere, match="share the steps"):
        caches.growth(experts, a_long_take(experts))


@pytest.mark.parametrize(("name", "kind"), [("kandinsky5", "text"), ("hunyuan", "photo")])
def test_a_cache_is_refused_where_diffusers_would_fail_once_it_films(name: str, kind: str) -> None:
    with pytest.raises(NotHere, match="no cache"):
        caches.taylor_seer(STEPS).turn_on(tiny(name, kind))


def test_compiled_blocks_film_the_same_and_can_be_undone() -> None:
    loaded, switch = tiny("wan2.1", "text"), CompiledBlocks(CPU)
    take = a_take(loaded.family, Mode.TEXT, seed=1)
    before = loaded.film(take)
    usual = torch._dynamo.config.recompile_limit

    switch.turn_on(loaded)
    assert torch._dynamo.config.recompile_limit > usual
    meanwhile = loaded.film(take)
    assert loaded.pipeline.transformer.blocks[0]._compiled_call_impl is not None
    switch.turn_off(loaded)

    assert difference(before, meanwhile) <= 1
    assert difference(before, loaded.film(take)) == 0
    assert torch._dynamo.config.recompile_limit == usual


@pytest.mark.parametrize("make", LOSSY[1:])
def test_caches_work_on_compiled_blocks(make: Callable[[], Switch]) -> None:
    loaded = tiny("wan2.1", "text")
    take, cache, compiled = a_long_take(loaded), make(), CompiledBlocks(CPU)
    cache.turn_on(loaded)
    cached = latents(loaded, take)
    cache.turn_off(loaded)

    compiled.turn_on(loaded)
    cache.turn_on(loaded)
    both = latents(loaded, take)
    cache.turn_off(loaded)
    compiled.turn_off(loaded)

    assert torch.allclose(cached, both, atol=1e-3)


def test_a_backend_is_set_on_every_denoiser_and_on_no_other_model(experts: Loaded) -> None:
    dispatch = pytest.importorskip("diffusers.models.attention_dispatch")
    registry = dispatch._AttentionBackendRegistry
    usual = registry._active_backend
    switch = Attention(CPU, ["flash", "_native_math"])

    switch.turn_on(experts)
    chosen = [each.blocks[0].attn1.processor._attention_backend for each in denoisers(experts)]
    switch.turn_off(experts)

    assert chosen == ["_native_math"] * 2
    assert registry._active_backend is usual
    assert experts.pipeline.transformer.blocks[0].attn1.processor._attention_backend is None


def test_the_name_of_attention_says_which_was_chosen(experts: Loaded) -> None:
    switch = Attention(CPU, ["_native_math"])
    switch.turn_on(experts)
    try:
        assert switch.name == "attention _native_math"
    finally:
        switch.turn_off(experts)
    assert switch.name == "attention"


NOT_HERE: list[tuple[Callable[[], Switch], str, str, str]] = [
    (lambda: Attention(CPU), "wan2.1", "text", "best known on cpu"),
    (lambda: Attention(CPU, ["flash"]), "wan2.1", "text", "flash: .*install"),
    (lambda: Attention(CPU, ["_flash_3"]), "hunyuan1.5", "text", "masks"),
    (lambda: Attention(CPU, ["_native_math"]), "modelscope", "any", "a way of its own"),
    (lambda: CompiledBlocks(CPU), "sana", "any", "does not name the blocks"),
    (lambda: CompiledDecoder(CPU), "wan2.1", "text", "longer than it saves"),
    (lambda: Tf32(CPU), "wan2.1", "text", "no tensor cores on cpu"),
    (lambda: Float8Blocks(CPU), "wan2.1", "text", "does not multiply in 8 bits"),
    (lambda: ContextParallel(2), "wan2.1", "text", "not formed a group"),
    (lambda: caches.first_block(4), "wan2.1", "text", "in 4 steps"),
    (lambda: caches.first_block(STEPS), "hunyuan1.5", "text", "not registered"),
    (lambda: caches.first_block(STEPS), "modelscope", "any", "no cache for this model"),
    (lambda: FusedQkv(), "modelscope", "any", "would not use them"),
    (lambda: ChannelsLast(), "modelscope", "any", "does not convolve over time"),
]


@pytest.mark.parametrize(("make", "name", "kind", "reason"), NOT_HERE)
def test_what_cannot_be_says_why_and_changes_nothing(
    make: Callable[[], Switch], name: str, kind: str, reason: str
) -> None:
    of = family(name)
    loaded = tiny(name, kind if kind in of.checkpoints else next(iter(of.checkpoints)))
    take = a_take(loaded.family, Mode.TEXT, seed=1)
    before = loaded.film(take)

    with pytest.raises(NotHere, match=reason):
        make().turn_on(loaded)

    assert difference(before, loaded.film(take)) == 0


def test_a_second_cache_is_refused_while_the_first_stays_on(experts: Loaded) -> None:
    first = caches.first_block(STEPS)
    first.turn_on(experts)
    try:
        with pytest.raises(NotHere, match="another cache"):
            caches.taylor_seer(STEPS).turn_on(experts)
        assert all(network.is_cache_enabled for network in denoisers(experts))
    finally:
        first.turn_off(experts)


def test_weights_kept_in_8_bits_are_smaller_and_cannot_be_put_back() -> None:
    loaded, switch = tiny("wan2.1", "text"), Float8Storage()
    take = a_take(loaded.family, Mode.TEXT, seed=1)
    before = loaded.film(take)

    switch.turn_on(loaded)

    assert loaded.pipeline.transformer.blocks[0].ffn.net[2].weight.dtype is torch.float8_e4m3fn
    assert difference(before, loaded.film(take)) > 0
    assert not switch.is_reversible
    with pytest.raises(NotHere, match="read the checkpoint again"):
        switch.turn_off(loaded)


def test_only_large_layers_of_inner_blocks_are_multiplied_in_8_bits() -> None:
    with torch.device("meta"):
        network = diffusers.WanTransformer3DModel(
            num_layers=3, num_attention_heads=2, attention_head_dim=16, ffn_dim=40
        )

    chosen = inner_linears(network)

    assert {name.split(".")[1] for name in chosen} == {"1"}
    assert {"blocks.1.attn1.to_q", "blocks.1.attn2.to_out.0"} <= chosen
    assert not any("ffn" in name for name in chosen)  # 40 is no multiple of 16


def test_a_photo_is_still_encoded_in_full_when_it_is_decoded_in_16_bits(tmp_path: Path) -> None:
    loaded, switch = tiny("wan2.1", "photo"), HalfDecoder()

    switch.turn_on(loaded)
    loaded.film(a_take(loaded.family, Mode.PHOTO, seed=1))

    vae = loaded.pipeline.vae
    assert {each.dtype for each in vae.encoder.parameters()} == {torch.float32}
    assert {each.dtype for each in vae.decoder.parameters()} == {torch.bfloat16}
    with pytest.raises(NotHere, match="already"):
        HalfDecoder().turn_on(loaded)


def test_matrices_are_not_fused_where_a_lora_is_on() -> None:
    from engine.pipelines.loras.lora import Slots

    loaded = tiny("wan2.1", "text")
    Slots(loaded, rank=4)

    with pytest.raises(NotHere, match="LoRA"):
        FusedQkv().turn_on(loaded)


def test_a_processor_has_no_slow_convolutions_of_cudnn() -> None:
    assert slow_convolutions(CPU) is None
