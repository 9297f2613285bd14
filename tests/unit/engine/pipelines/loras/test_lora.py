from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.errors import CannotFilm, LoraInvalid
from engine.pipelines.check import a_take
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.loras.lora import Lora, Slots, fuse, takes_loras
from engine.pipelines.take import Frames, Mode
from tests.unit.engine.pipelines.making_loras import as_comfy, without_notes, write_lora


class Studio(NamedTuple):
    """A tiny base with what it films by itself, and a LoRA for it."""

    loaded: Loaded
    plain: Frames
    file: Path


def tiny(name: str, kind: str) -> Loaded:
    torch.manual_seed(0)
    made = family(name)
    return Loaded(made, made.checkpoints[kind], made.checkpoints[kind].tiny())


def film(loaded: Loaded) -> Frames:
    mode = next(iter(loaded.checkpoint.pipelines))
    return loaded.film(a_take(loaded.family, mode, seed=1)).frames


def difference(one: Frames, other: Frames) -> int:
    return int(np.abs(one.astype(int) - other).max())


def prepared(name: str, kind: str, folder: Path) -> Studio:
    loaded = tiny(name, kind)
    file = write_lora(loaded, folder / f"{name}.safetensors", alpha=6)
    return Studio(loaded, film(loaded), file)


@pytest.fixture(scope="module")
def wan(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return prepared("wan2.1", "text", tmp_path_factory.mktemp("wan"))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("wan2.1", "photo"),
        ("wan2.2", "text"),
        ("ltx", "first"),
        ("hunyuan", "text"),
    ],
)
def test_a_lora_in_a_slot_films_as_diffusers_does_with_it(
    name: str, kind: str, tmp_path: Path
) -> None:
    loaded = tiny(name, kind)
    file = write_lora(loaded, tmp_path / "a.safetensors", alpha=6)
    plain = film(loaded)
    loaded.pipeline.load_lora_weights(str(file), adapter_name="by_diffusers")
    expected = film(loaded)
    loaded.pipeline.unload_lora_weights()

    slots = Slots(loaded, rank=8, count=2)
    assert difference(film(loaded), plain) == 0
    slots.use([Lora(path=file)])

    assert difference(film(loaded), expected) <= 1
    assert difference(expected, plain) > 10
    slots.close()
    assert difference(film(loaded), plain) == 0


def test_layers_that_are_called_by_name_have_no_slot_but_can_be_fused(tmp_path: Path) -> None:
    loaded = tiny("animatediff", "text")
    layer = "down_blocks.0.motion_modules.0.proj_in"
    linear = loaded.pipeline.unet.get_submodule(layer)
    tensors = {"A": torch.ones(1, linear.in_features), "B": torch.ones(linear.out_features, 1)}
    file = tmp_path / "motion.safetensors"
    save_file({f"unet.{layer}.lora_{part}.weight": it for part, it in tensors.items()}, file)
    before = linear.weight.detach().clone()

    with pytest.raises(LoraInvalid, match="layers that have no slot: it can be fused, not swapped"):
        Slots(loaded).use([Lora(path=file)])
    fuse(loaded, Lora(path=file))

    assert torch.allclose(linear.weight, before + 1)
    take = replace(a_take(loaded.family, Mode.TEXT, seed=1), frames=2, steps=1, guidance=1.0)
    assert loaded.film(take).frames.shape[0] == 2


def test_loras_are_mixed_by_their_weights_and_swapped_without_a_trace(wan: Studio) -> None:
    slots = Slots(wan.loaded, rank=8, count=2)
    try:
        slots.use([Lora(path=wan.file)])
        whole = film(wan.loaded)
        slots.use([Lora(path=wan.file, weight=0.25), Lora(path=wan.file, weight=0.75)])
        assert difference(film(wan.loaded), whole) <= 1
        assert [lora.weight for lora in slots.used] == [0.25, 0.75]

        slots.use([Lora(path=wan.file, weight=0)])
        assert difference(film(wan.loaded), wan.plain) == 0
        slots.use([Lora(path=wan.file)])
        assert difference(film(wan.loaded), whole) == 0
        slots.use([])
        assert difference(film(wan.loaded), wan.plain) == 0
    finally:
        slots.close()


def test_a_swap_replaces_no_tensor_so_that_nothing_is_compiled_again(
    wan: Studio, tmp_path: Path
) -> None:
    other = write_lora(wan.loaded, tmp_path / "other.safetensors", rank=2, seed=3, layers=["net.2"])
    slots = Slots(wan.loaded, rank=8)
    try:
        slots.use([Lora(path=wan.file)])
        before = {
            name: weights.data_ptr()
            for name, weights in wan.loaded.pipeline.transformer.named_parameters()
        }
        slots.use([Lora(path=other)])
        after = {
            name: weights.data_ptr()
            for name, weights in wan.loaded.pipeline.transformer.named_parameters()
        }
        assert before == after
        assert difference(film(wan.loaded), wan.plain) > 10
    finally:
        slots.close()


def test_compiled_blocks_are_not_compiled_again_for_another_lora(
    wan: Studio, tmp_path: Path
) -> None:
    loaded = tiny("wan2.1", "text")
    other = write_lora(loaded, tmp_path / "other.safetensors", rank=2, seed=3, layers=["net.2"])
    slots = Slots(loaded, rank=8, count=2)
    compiled: list[Any] = []

    def backend(graph: Any, _inputs: Any) -> Any:
        compiled.append(graph)
        return graph.forward

    torch.compiler.reset()
    loaded.pipeline.transformer.compile_repeated_blocks(fullgraph=True, backend=backend)
    film(loaded)
    before = len(compiled)
    for loras in ([Lora(path=wan.file)], [Lora(path=other, weight=0.5), Lora(path=wan.file)], []):
        slots.use(loras)
        film(loaded)

    assert before > 0
    assert len(compiled) == before
    assert difference(film(loaded), wan.plain) == 0


def test_a_lora_in_its_authors_own_names_does_the_same(wan: Studio) -> None:
    slots = Slots(wan.loaded, rank=4)
    try:
        slots.use([Lora(path=wan.file)])
        expected = film(wan.loaded)
        slots.use([Lora(path=as_comfy(wan.file, alpha=6))])
        assert difference(film(wan.loaded), expected) <= 1
        # without its alpha it counts as it stands
        slots.use([Lora(path=without_notes(wan.file), weight=6 / 4)])
        assert difference(film(wan.loaded), expected) <= 1
    finally:
        slots.close()


def test_a_lora_taught_on_words_alone_fits_a_base_that_begins_from_a_photo(wan: Studio) -> None:
    loaded = tiny("wan2.1", "photo")
    plain = film(loaded)

    Slots(loaded, rank=4).use([Lora(path=as_comfy(wan.file, alpha=6))])

    assert difference(film(loaded), plain) > 10


def test_each_expert_of_wan_gets_its_own_file(tmp_path: Path) -> None:
    loaded = tiny("wan2.2", "text")
    high = write_lora(loaded, tmp_path / "high.safetensors", seed=1)
    low = write_lora(loaded, tmp_path / "low.safetensors", seed=2, denoiser="transformer_2")
    pipeline = loaded.pipeline
    pipeline.load_lora_weights(str(high), adapter_name="it")
    pipeline.load_lora_weights(str(low), adapter_name="it", load_into_transformer_2=True)
    pipeline.transformer_2.set_adapters(["it"], [0.5])
    expected = film(loaded)
    pipeline.unload_lora_weights()

    Slots(loaded, rank=8).use([Lora(path=high, late=low, late_weight=0.5)])

    assert difference(film(loaded), expected) <= 1


def test_a_fused_lora_films_as_a_loaded_one_and_stays(wan: Studio, tmp_path: Path) -> None:
    loaded = tiny("wan2.1", "text")
    slots = Slots(loaded, rank=8)
    slots.use([Lora(path=wan.file)])
    expected = film(loaded)
    slots.use([])

    fuse(loaded, Lora(path=wan.file))

    assert difference(film(loaded), expected) <= 1
    slots.close()
    assert difference(film(loaded), expected) <= 1


def test_a_lora_that_changes_biases_is_fused_but_has_no_slot(wan: Studio, tmp_path: Path) -> None:
    tensors = load_file(wan.file)
    layer = "transformer.blocks.0.attn1.to_q"
    tensors[f"{layer}.lora_B.bias"] = torch.full((24,), 0.5)
    file = tmp_path / "biased.safetensors"
    save_file(tensors, file)
    loaded = tiny("wan2.1", "text")
    linear = loaded.pipeline.transformer.blocks[0].attn1.to_q
    before = linear.bias.detach().clone()

    fuse(loaded, Lora(path=file, weight=0.5))

    assert torch.allclose(linear.bias, before + 0.25)
    with pytest.raises(LoraInvalid, match="also changes biases: it can be fused, not swapped in"):
        Slots(loaded, rank=8).use([Lora(path=file)])


def test_a_quantised_base_has_nothing_fused_into_it(wan: Studio) -> None:
    loaded = tiny("wan2.1", "text")
    loaded.pipeline.transformer.to(torch.float8_e4m3fn)

    with pytest.raises(LoraInvalid, match="fuse it before the base is quantised"):
        fuse(loaded, Lora(path=wan.file))


def test_what_is_no_safetensors_file_is_never_opened(wan: Studio, tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path(tmp_path / "sprung").write_text, ("ran",))

    pickled = tmp_path / "a.safetensors"
    pickled.write_bytes(pickle.dumps(Trap()))
    torch.save({"a": torch.ones(1)}, zipped := tmp_path / "b.safetensors")
    (named := tmp_path / "c.bin").write_bytes(wan.file.read_bytes())
    for file in (pickled, zipped, named):
        with pytest.raises(LoraInvalid, match="is no safetensors file"):
            Slots(tiny("wan2.1", "text")).use([Lora(path=file)])
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("kept", [0.99, 0.5, 0.001])
def test_a_truncated_file_is_refused(wan: Studio, tmp_path: Path, kept: float) -> None:
    data = wan.file.read_bytes()
    (file := tmp_path / "cut.safetensors").write_bytes(data[: int(len(data) * kept)])

    with pytest.raises(LoraInvalid, match=r"^cut\.safetensors is cut short or damaged: fetch it"):
        fuse(wan.loaded, Lora(path=file))


def test_a_missing_file_is_named(wan: Studio, tmp_path: Path) -> None:
    with pytest.raises(LoraInvalid, match=r"gone\.safetensors cannot be read: No such file"):
        fuse(wan.loaded, Lora(path=tmp_path / "gone.safetensors"))


@pytest.mark.parametrize(
    ("made_for", "kind", "here", "looks_like"),
    [
        ("ltx", "first", "wan2.1", "LTX-Video"),
        ("hunyuan", "text", "wan2.1", "HunyuanVideo"),
        ("wan2.1", "text", "ltx", "Wan"),
        ("ltx2", "2.0", "ltx", "LTX-2"),
        ("cogvideox", "text", "wan2.1", "CogVideoX"),
    ],
)
def test_a_lora_for_another_base_is_refused_by_what_it_looks_like(
    made_for: str, kind: str, here: str, looks_like: str, tmp_path: Path
) -> None:
    file = write_lora(tiny(made_for, kind), tmp_path / "other.safetensors")
    loaded = tiny(here, "first" if here == "ltx" else "text")
    slots = Slots(loaded)

    with pytest.raises(LoraInvalid, match=f"it looks like one for {looks_like}"):
        slots.use([Lora(path=file)])
    assert slots.used == []


def test_a_lora_for_another_size_says_both_sizes(wan: Studio, tmp_path: Path) -> None:
    wide = {key: value.repeat(1, 2) for key, value in load_file(wan.file).items() if "A.w" in key}
    file = tmp_path / "wide.safetensors"
    save_file({**load_file(wan.file), **wide}, file)

    with pytest.raises(LoraInvalid, match="its layers are 24 by 48, this base's 24 by 24"):
        fuse(wan.loaded, Lora(path=file))


def test_a_rank_over_the_slots_is_refused_and_leaves_what_is_in_them(wan: Studio) -> None:
    loaded = tiny("wan2.1", "text")
    slots = Slots(loaded, rank=2)

    with pytest.raises(LoraInvalid, match="has rank 4, and the slots hold 2 at most"):
        slots.use([Lora(path=wan.file)])
    assert difference(film(loaded), wan.plain) == 0


def test_more_loras_than_slots_are_refused(wan: Studio) -> None:
    slots = Slots(tiny("wan2.1", "text"))

    with pytest.raises(LoraInvalid, match="there are 1 slots for 2 LoRAs"):
        slots.use([Lora(path=wan.file), Lora(path=wan.file)])


def test_a_file_for_a_second_expert_needs_one(wan: Studio) -> None:
    with pytest.raises(LoraInvalid, match="is for a second expert, which this base has not"):
        fuse(wan.loaded, Lora(path=wan.file, late=wan.file))


def test_a_base_without_loras_says_so() -> None:
    loaded = tiny("modelscope", "text")

    assert not takes_loras(loaded)
    with pytest.raises(CannotFilm, match="it takes no LoRA"):
        Slots(loaded)
