"""Models in full size are as large as those that are published, and film; without numbers here."""

from __future__ import annotations

import pytest
import torch

from engine.pipelines.floor import work
from engine.pipelines.full.models import MODELS, full_size
from engine.pipelines.loaded import Loaded

META = torch.device("meta")
PUBLISHED = {
    "wan2-1-t2v-1-3b": 1.42e9,
    "wan2-1-i2v-14b-480p": 16.4e9,
    "wan2-2-ti2v-5b": 5.0e9,
    "wan2-2-animate-2-14b": 16.4e9,
    "ltx-2-19b": 18.9e9,
    "minimax-h3": 33.1e9,
}

TERA_OF_RUN_AND_DECODING = {
    "wan2-1-t2v-1-3b": (283.0, 275.4),
    "wan2-1-i2v-14b-480p": (1686, 275.4),
    "wan2-2-ti2v-5b": (520.6, 2011),
    "ltx-2-19b": (199, 60.2),
}
"""Operations as torch counts them in networks of these sizes, for clips as their authors film."""


@pytest.fixture(scope="module", params=MODELS)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def loaded(name: str) -> Loaded:
    """Made without numbers, so that it takes no memory."""
    return full_size(name).load(META)


def test_a_denoiser_has_as_many_parameters_as_the_published_one(name: str, loaded: Loaded) -> None:
    count = sum(each.numel() for each in loaded.pipeline.transformer.parameters())

    assert count == pytest.approx(PUBLISHED[name], rel=0.01)


def test_weights_are_in_16_bits_but_for_those_that_diffusers_keeps(loaded: Loaded) -> None:
    network = loaded.pipeline.transformer
    kept = network._keep_in_fp32_modules or []

    for name, weights in network.named_parameters():
        is_kept = any(part in kept for part in name.split("."))
        assert weights.dtype is (torch.float32 if is_kept else torch.bfloat16), name


def test_what_its_authors_film_fits_it(name: str, loaded: Loaded) -> None:
    take = full_size(name).take

    assert take.mode in loaded.checkpoint.pipelines
    assert loaded.family.grid.fits(take.width, take.height, take.frames)


def test_what_its_authors_film_has_a_floor_where_its_form_is_known(
    name: str, loaded: Loaded
) -> None:
    done = work(loaded, full_size(name).take)

    if name not in TERA_OF_RUN_AND_DECODING:
        assert done is None
        return
    assert done is not None
    run, decoding = TERA_OF_RUN_AND_DECODING[name]
    assert done.run == pytest.approx(run * 1e12, rel=0.01)
    assert done.decoding == pytest.approx(decoding * 1e12, rel=0.01)


def test_the_defaults_of_torch_are_as_before(loaded: Loaded) -> None:
    assert torch.get_default_dtype() is torch.float32
    assert torch.empty(1).device.type == "cpu"
