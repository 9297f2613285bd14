"""Every base names a family that there is, and can film as its authors do."""

from __future__ import annotations

import pytest

from engine.pipelines.bases import Base, Bases, Stepping
from engine.pipelines.families import NAMES, family
from engine.pipelines.take import Mode

BASES = Bases.built_in().by_id
OPEN = {"Apache-2.0", "MIT"}


def each_base() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("base", BASES.values(), ids=BASES)


@each_base()
def test_a_base_is_of_a_checkpoint_that_its_family_has(base: Base) -> None:
    assert base.checkpoint in family(base.family).checkpoints


@each_base()
def test_the_shape_of_a_base_fits_the_grid_of_its_family(base: Base) -> None:
    grid = family(base.family).grid

    assert grid.nearest(base.width, base.height, base.frames) == (
        base.width,
        base.height,
        base.frames,
    )


@each_base()
def test_few_steps_are_taught_to_denoisers_that_there_are(base: Base) -> None:
    denoisers = family(base.family).denoisers

    for steps in base.fewer:
        taught = base.stepping(steps)
        assert taught.steps < base.steps
        assert [lora.denoiser for lora in taught.loras] == list(denoisers)
        assert taught.guidance == 1.0


@each_base()
def test_whoever_runs_a_base_with_a_licence_that_is_not_open_is_told_its_terms(base: Base) -> None:
    assert bool(base.terms) == (base.licence not in OPEN)


def test_there_is_a_base_for_every_family() -> None:
    assert {base.family for base in BASES.values()} == set(NAMES)


def test_no_two_bases_are_the_same_repository() -> None:
    assert len({base.repo for base in BASES.values()}) == len(BASES)


def test_there_are_bases_with_open_licences_for_words_and_for_photos() -> None:
    modes = {
        mode
        for base in BASES.values()
        if not base.terms
        for mode in family(base.family).checkpoints[base.checkpoint].pipelines
    }

    assert modes == set(Mode)


def test_without_a_number_of_steps_a_base_films_as_its_authors_do() -> None:
    base = BASES["wan2-1-i2v-14b-480p"]

    assert base.stepping() == Stepping(steps=40, guidance=5.0, shift=3.0)


def test_four_steps_bring_what_teaches_them() -> None:
    taught = BASES["wan2-2-i2v-a14b"].stepping(4)

    assert (taught.steps, taught.guidance, taught.shift) == (4, 1.0, 5.0)
    high, low = taught.loras
    assert (high.file or "").endswith("high_noise_model.safetensors")
    assert (low.file or "").endswith("low_noise_model.safetensors")


def test_a_number_of_steps_that_nobody_taught_is_taken_as_usual() -> None:
    assert BASES["wan2-1-i2v-14b-480p"].stepping(20) == Stepping(steps=20, guidance=5.0, shift=3.0)


def test_the_whole_of_a_base_is_all_its_parts() -> None:
    assert BASES["wan2-1-i2v-14b-480p"].gb.whole == pytest.approx(45.8)
