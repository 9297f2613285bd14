"""A base is of use where it can be held and where a clip of it does not take hours."""

from __future__ import annotations

import pytest

from engine.pipelines.bases import Base, Bases
from engine.pipelines.memory.fitting import LONGEST_S, Machine, TooSlow, fitted, least_s, usable
from engine.pipelines.memory.profiles import Plan, TooLarge
from tests.unit.engine.effects.tiny_bases import a_base

BASES = Bases.built_in().by_id
TAUGHT = "wan2-1-t2v-14b"
LAPTOP = Machine(gpu_gb=0, ram_gb=16, cores=4)
SERVER = Machine(gpu_gb=0, ram_gb=1000, cores=64)
GPU = Machine(gpu_gb=141, ram_gb=200, cores=16)


@pytest.mark.parametrize("name", BASES)
def test_no_published_base_is_of_use_on_a_laptop_without_a_gpu(name: str) -> None:
    assert isinstance(fitted(name, BASES[name], LAPTOP), TooSlow)


@pytest.mark.parametrize("family", ["wan2.1", "ltx"])
def test_a_tiny_base_is_of_use_anywhere(family: str) -> None:
    assert isinstance(fitted("tiny", a_base(family, "text"), LAPTOP), Plan)


def test_time_is_said_and_memory_only_where_time_is_none_of_the_troubles() -> None:
    days = fitted("it", BASES["wan2-2-t2v-a14b"], LAPTOP)
    large = a_base("wan2.1", "text", gb={"denoiser": 0.1, "encoder": 30, "decoder": 0.1})

    assert days == TooSlow("without a GPU a clip of it takes 8 days or more")
    assert fitted("it", large, LAPTOP) == TooLarge("it needs 71 GB of main memory without a GPU")


@pytest.mark.parametrize(
    ("cores", "said"), [(400, "74 minutes"), (64, "8 hours"), (8, "3 days"), (2, "10 days")]
)
def test_how_long_it_would_take_is_said_in_words_of_that_length(cores: int, said: str) -> None:
    found = fitted("it", long_film(), Machine(gpu_gb=0, ram_gb=99, cores=cores))

    assert isinstance(found, TooSlow)
    assert said in found.reason


def long_film() -> Base:
    return a_base(
        "wan2.1",
        "text",
        gb={"denoiser": 28, "encoder": 1, "decoder": 1},
        width=832,
        height=480,
        frames=81,
        steps=50,
        guidance=5.0,
    )


def test_of_a_gpu_no_time_is_asked() -> None:
    assert isinstance(fitted(TAUGHT, BASES[TAUGHT], GPU), Plan)


def test_a_base_that_was_taught_few_steps_is_reckoned_by_them() -> None:
    base = BASES[TAUGHT]
    many, few = (least_s(base, base.stepping(steps), 64) for steps in (None, 4))

    assert many == pytest.approx(few * 25), "50 steps of two runs, and 4 of one"
    enough = Machine(gpu_gb=0, ram_gb=1000, cores=round(64 * few / LONGEST_S) + 1)
    assert isinstance(fitted(TAUGHT, base, enough), TooSlow)
    assert isinstance(fitted(f"{TAUGHT}@4", base, enough), Plan)
    assert isinstance(usable(TAUGHT, base, enough), Plan), "in whichever way"


def test_more_cores_never_make_a_base_useless() -> None:
    machines = [Machine(gpu_gb=0, ram_gb=1000, cores=cores) for cores in range(1, 2000, 20)]
    found = [isinstance(usable(TAUGHT, BASES[TAUGHT], each), Plan) for each in machines]

    assert found == sorted(found)
    assert set(found) == {False, True}


def test_a_large_processor_is_enough_for_a_few_of_them() -> None:
    useful = {name for name, it in BASES.items() if isinstance(usable(name, it, SERVER), Plan)}

    assert "anyflow-t2v-1-3b" in useful
    assert not any("14b" in name for name in useful if "anyflow" not in name)
