from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.pipelines.bases import Base, Bases, Gigabytes
from engine.pipelines.check import a_take
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.loras.lora import Lora, Slots
from engine.pipelines.memory.encoders import encoders_of
from engine.pipelines.memory.offload import carry_out
from engine.pipelines.memory.profiles import (
    PROFILES,
    Place,
    Plan,
    Precision,
    TooLarge,
    plan,
    profile,
    working_gb,
)
from engine.pipelines.take import Frames
from tests.unit.engine.pipelines.making_loras import write_lora

HELD = (("wan2.1", "photo"), ("wan2.2", "text"), ("ltx2", "2.0"))
CPU = torch.device("cpu")
RAM = {8: 16, 12: 32, 16: 32, 24: 64, 48: 64, 80: 256, 141: 512}
BASES = {
    "1.3B": (2.8, 11.4, 832, 480, 81),
    "5B": (10.0, 11.4, 1280, 704, 121),
    "T2V-14B": (28.6, 11.4, 832, 480, 81),
    "I2V-14B": (32.8, 12.7, 832, 480, 81),
    "A14B": (57.2, 11.4, 832, 480, 81),
    "LTX-2": (37.8, 24.4, 768, 512, 121),
}


def base(name: str) -> Base:
    denoiser, encoder, width, height, frames = BASES[name]
    like = Bases.built_in().by_id["wan2-1-t2v-1-3b"]
    gb = Gigabytes(denoiser=denoiser, encoder=encoder, decoder=0.3)
    return like.model_copy(update={"gb": gb, "width": width, "height": height, "frames": frames})


def plan_on(name: str, memory: int) -> Plan | TooLarge:
    return plan(base(name), memory * 0.97, RAM[memory])


def told(found: Plan | TooLarge) -> str:
    if isinstance(found, TooLarge):
        return "-"
    bits = found.precision.value.split()[0]
    return f"{found.denoiser} {bits}, words {found.encoder}" + (", tiles" if found.tiled else "")


@pytest.mark.parametrize(
    ("name", "memory", "expected"),
    [
        ("1.3B", 8, "device 16, words layers"),
        ("1.3B", 24, "device 16, words device"),
        ("5B", 8, "-"),
        ("5B", 12, "blocks 16, words layers, tiles"),
        ("5B", 24, "device 16, words layers, tiles"),
        ("T2V-14B", 12, "blocks 8, words layers, tiles"),
        ("T2V-14B", 24, "blocks 16, words layers, tiles"),
        ("T2V-14B", 48, "device 16, words layers"),
        ("I2V-14B", 8, "-"),
        ("I2V-14B", 12, "blocks 8, words absent, tiles"),
        ("I2V-14B", 24, "blocks 16, words layers, tiles"),
        ("I2V-14B", 48, "device 16, words layers"),
        ("I2V-14B", 80, "device 16, words device"),
        ("A14B", 16, "-"),
        ("A14B", 48, "device 8, words layers, tiles"),
        ("A14B", 80, "device 16, words layers"),
        ("A14B", 141, "device 16, words device"),
        ("LTX-2", 24, "blocks 16, words absent, tiles"),
        ("LTX-2", 80, "device 16, words device"),
    ],
)
def test_a_base_is_held_as_exactly_as_its_device_allows(
    name: str, memory: int, expected: str
) -> None:
    assert told(plan_on(name, memory)) == expected


@pytest.mark.parametrize("name", BASES)
@pytest.mark.parametrize("memory", PROFILES)
def test_no_plan_takes_more_than_there_is(name: str, memory: int) -> None:
    found = plan_on(name, memory)
    while isinstance(found, Plan):
        assert found.device_gb <= memory * 0.97
        assert found.ram_gb <= RAM[memory] * 0.85
        below = plan(base(name), memory * 0.97, RAM[memory], below=found)
        if isinstance(below, Plan):
            assert below.device_gb < found.device_gb
        found = below


@pytest.mark.parametrize("name", BASES)
def test_more_memory_never_makes_a_base_impossible(name: str) -> None:
    possible = [isinstance(plan(base(name), memory, 512), Plan) for memory in range(1, 142)]

    assert possible == sorted(possible)


def test_published_peaks_are_met() -> None:
    whole, small = base("A14B"), base("1.3B")

    assert whole.gb.whole + working_gb(whole, tiled=False) == pytest.approx(80.5, abs=1)
    assert small.gb.whole + working_gb(small, tiled=False) == pytest.approx(18, abs=1)


def test_what_is_missing_is_said() -> None:
    no_memory = plan(base("A14B"), 8, 256)
    no_ram = plan(base("A14B"), 24, 16)
    no_gpu = plan(base("I2V-14B"), 0, 64)

    assert no_memory == TooLarge("it needs a GPU with 12 GB of memory, and this has 8")
    assert no_ram == TooLarge("it needs 37 GB of main memory beside this GPU, and there are 16")
    assert no_gpu == TooLarge("it needs 108 GB of main memory without a GPU")


def test_without_a_gpu_all_is_in_main_memory_in_32_bits() -> None:
    found = plan(base("1.3B"), 0, 64)

    assert isinstance(found, Plan)
    assert (found.denoiser, found.encoder, found.ram_gb) == (Place.DEVICE, Place.DEVICE, 29.0)
    assert isinstance(plan(base("1.3B"), 0, 64, below=found), TooLarge)


@pytest.mark.parametrize(
    ("memory", "expected"), [(6, None), (7.6, 8), (23.6, 24), (31.8, 24), (79.2, 80), (139.8, 141)]
)
def test_a_device_has_the_profile_of_what_is_on_its_box(
    memory: float, expected: int | None
) -> None:
    assert profile(memory) == expected


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    made: dict[tuple[str, str], Path] = {}
    for name, kind in HELD:
        torch.manual_seed(0)
        made[name, kind] = tmp_path_factory.mktemp(name)
        family(name).checkpoints[kind].tiny().save_pretrained(made[name, kind])
    return made


def read(name: str, kind: str, folder: Path) -> Loaded:
    return Loaded.read(family(name), kind, folder)


def film(loaded: Loaded) -> Frames:
    mode = next(iter(loaded.checkpoint.pipelines))
    return loaded.film(a_take(loaded.family, mode, seed=1)).frames


def a_plan(**different: object) -> Plan:
    usual = Plan(
        notch=0,
        denoiser=Place.DEVICE,
        precision=Precision.FULL,
        encoder=Place.DEVICE,
        tiled=False,
        device_gb=1,
        ram_gb=1,
    )
    return replace(usual, **different)


@pytest.mark.parametrize(("name", "kind"), HELD)
@pytest.mark.parametrize(
    ("denoiser", "encoder"),
    [
        (Place.DEVICE, Place.LAYERS),
        (Place.BLOCKS, Place.LAYERS),
        (Place.LAYERS, Place.ABSENT),
    ],
)
def test_weights_that_wait_elsewhere_change_nothing(
    name: str,
    kind: str,
    denoiser: Place,
    encoder: Place,
    folders: dict[tuple[str, str], Path],
) -> None:
    folder = folders[name, kind]
    plain = film(read(name, kind, folder))
    loaded = read(name, kind, folder)

    carry_out(a_plan(denoiser=denoiser, encoder=encoder), loaded, CPU, folder)

    assert np.array_equal(film(loaded), plain)
    assert np.array_equal(film(loaded), plain)


def test_weights_that_wait_reckon_to_a_millionth(folders: dict[tuple[str, str], Path]) -> None:
    folder = folders["wan2.1", "photo"]
    resident, waiting = (read("wan2.1", "photo", folder) for _ in range(2))
    carry_out(a_plan(denoiser=Place.BLOCKS), waiting, CPU, folder)
    torch.manual_seed(0)
    given = {
        "hidden_states": torch.randn(1, 36, 5, 8, 8),
        "timestep": torch.tensor([500]),
        "encoder_hidden_states": torch.randn(1, 16, 32),
        "encoder_hidden_states_image": torch.randn(1, 17, 4),
        "return_dict": False,
    }
    with torch.inference_mode():
        expected, found = (
            loaded.pipeline.transformer(**given)[0] for loaded in (resident, waiting)
        )

    assert float((expected - found).abs().max()) <= 1e-6


def test_eight_bits_are_kept_and_the_film_is_nearly_the_same(
    folders: dict[tuple[str, str], Path],
) -> None:
    folder = folders["wan2.1", "photo"]
    plain = film(read("wan2.1", "photo", folder))
    loaded = read("wan2.1", "photo", folder)

    carry_out(a_plan(precision=Precision.FLOAT8, denoiser=Place.BLOCKS), loaded, CPU, folder)
    found = film(loaded)

    kept = loaded.pipeline.transformer.blocks[0].attn1.to_q.weight.dtype
    assert kept is torch.float8_e4m3fn
    assert 0 < np.abs(found.astype(int) - plain).mean() < 20


@pytest.mark.parametrize("place", [Place.BLOCKS, Place.LAYERS])
def test_loras_are_swapped_where_weights_wait_and_are_kept_in_full(
    place: Place, folders: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    folder = folders["wan2.1", "photo"]
    resident, waiting = (read("wan2.1", "photo", folder) for _ in range(2))
    file = write_lora(resident, tmp_path / "a.safetensors")
    first, second = Slots(resident, rank=8), Slots(waiting, rank=8)
    carry_out(a_plan(denoiser=place, precision=Precision.FLOAT8), waiting, CPU, folder)
    carry_out(a_plan(precision=Precision.FLOAT8), resident, CPU, folder)
    plain = film(waiting)
    first.use([Lora(path=file)])
    second.use([Lora(path=file)])

    assert waiting.pipeline.transformer.blocks[0].attn1.to_q.lora_A["slot_0"].weight.dtype is (
        torch.float32
    )
    assert np.array_equal(film(resident), film(waiting))
    assert not np.array_equal(film(waiting), plain)
    second.use([])
    assert np.array_equal(film(waiting), plain)


def test_an_absent_encoder_is_read_when_there_are_new_words(
    folders: dict[tuple[str, str], Path],
) -> None:
    folder = folders["wan2.2", "text"]
    loaded = read("wan2.2", "text", folder)

    held = carry_out(a_plan(encoder=Place.ABSENT), loaded, CPU, folder)

    assert not held.are_here
    assert encoders_of(loaded) == {}
    film(loaded)
    assert held.are_here


def test_pictures_are_decoded_in_tiles_where_a_plan_says_so(
    folders: dict[tuple[str, str], Path],
) -> None:
    folder = folders["wan2.1", "photo"]
    loaded = read("wan2.1", "photo", folder)
    assert not loaded.pipeline.vae.use_tiling

    carry_out(a_plan(tiled=True), loaded, CPU, folder)

    assert loaded.pipeline.vae.use_tiling
