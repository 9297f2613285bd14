"""Which files are fetched is decided by their names alone."""

from __future__ import annotations

import pytest

from engine.errors import WeightsRefused
from engine.weights.hub.choice import check_pickles, chosen, chosen_of_part, parts_of


@pytest.mark.parametrize(
    "path",
    [
        "LICENSE",
        "licence.md",
        "NOTICE.txt",
        "model_index.json",
        "vae/config.json",
        "vae/diffusion_pytorch_model.safetensors",
        "vae/diffusion_pytorch_model-00001-of-00002.safetensors",
        "vae/diffusion_pytorch_model.safetensors.index.json",
        "vae/spiece.model",
        "vae/merges.txt",
        "vae/chat_template.jinja",
    ],
)
def test_what_a_pipeline_reads_is_chosen(path: str) -> None:
    assert chosen([path], ["vae"]) == [path]


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "config.json",
        "all.safetensors",
        "other/config.json",
        "vae/deeper/config.json",
        "vae/.hidden.json",
        "vae/../config.json",
        "vae/run.py",
        "vae/diffusion_pytorch_model.bin",
        "vae/diffusion_pytorch_model.fp16.safetensors",
        "vae/diffusion_pytorch_model.fp16-00001-of-00002.safetensors",
        "vae/diffusion_pytorch_model.safetensors.index.fp16.json",
        "vae/diffusion_pytorch_model.non_ema.safetensors",
        "vae/model.gguf",
    ],
)
def test_what_no_pipeline_reads_is_not_chosen(path: str) -> None:
    assert chosen([path], ["vae"]) == []


def test_of_a_repository_that_is_one_part_only_the_top_is_chosen() -> None:
    paths = ["config.json", "weights.safetensors", "weights.fp16.safetensors", "old/config.json"]

    assert chosen_of_part(paths) == ["config.json", "weights.safetensors"]


def test_parts_are_the_pairs_that_name_a_class() -> None:
    index = b"""{
        "_class_name": "WanPipeline",
        "boundary_ratio": 0.9,
        "vae": ["diffusers", "AutoencoderKLWan"],
        "image_encoder": [null, null],
        "sizes": [1, 2, 3],
        "../out": ["diffusers", "AutoencoderKLWan"]
    }"""

    assert parts_of(index, "makers/films") == ["vae"]


def test_a_pickle_beside_safetensors_is_no_obstacle() -> None:
    check_pickles(["vae/weights.bin", "vae/weights.safetensors"], "vae", "makers/films")


def test_safetensors_in_another_precision_do_not_stand_for_a_pickle() -> None:
    paths = ["vae/weights.bin", "vae/weights.fp16.safetensors"]

    with pytest.raises(WeightsRefused, match=r"vae/weights\.bin is a pickle"):
        check_pickles(paths, "vae", "makers/films")
