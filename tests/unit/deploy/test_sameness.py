"""A film is made again by its receipt; what stands in the way of that is said, a sentence each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deploy.again import order_of
from deploy.photos import Photo
from deploy.sameness import differences, obstacles
from engine.effects.maker import Made
from engine.jobs.receipt import Held, Receipt
from engine.video import read_frames
from engine.vision.vision import Vision
from engine.weights import Weights
from tests.fakes.photos import astronaut
from tests.tiny_studio import PHOTO, Studio, a_studio


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, weights_folder: Path) -> Studio:
    vision = Vision.load(Weights(weights_folder), device="cpu")
    return a_studio(tmp_path_factory.mktemp("models"), vision)


@pytest.fixture(scope="module")
def receipt(opened: Studio) -> Receipt:
    return opened.make(opened.order).receipt


@pytest.fixture
def studio(opened: Studio, receipt: Receipt) -> Studio:
    """The studio, with all as it was when the receipt was written."""
    opened.lock()
    return opened


def frames_of(made: Made, tmp_path: Path) -> np.ndarray:
    file = tmp_path / "clip.mp4"
    file.write_bytes(made.mp4)
    return np.concatenate(list(read_frames(file)))


def test_by_its_receipt_a_film_is_made_again_frame_by_frame(
    studio: Studio, receipt: Receipt, tmp_path: Path
) -> None:
    first = studio.make(studio.order)
    assert obstacles(first.receipt, studio.recipe, studio.bases, studio.folder) == []
    order = order_of(receipt, studio.effect, studio.recipe, [Photo(astronaut(), PHOTO)])
    again = studio.make(order)
    assert np.array_equal(frames_of(again, tmp_path), frames_of(first, tmp_path))
    assert again.mp4 == first.mp4
    assert again.receipt == first.receipt
    assert differences(first.receipt, again.receipt) == []


def test_files_of_another_revision_stand_in_the_way(studio: Studio, receipt: Receipt) -> None:
    studio.lock(base="r2")
    assert obstacles(receipt, studio.recipe, studio.bases, studio.folder) == [
        "it was filmed by tests/tiny at revision r1, and here is r2"
    ]


def test_another_lora_another_weight_or_one_more_stand_in_the_way(
    studio: Studio, receipt: Receipt
) -> None:
    (melt,) = studio.recipe.loras
    this = f"at m1 (sha256 {(melt.sha256 or '')[:12]}) with weight"
    that = "at m1 (sha256 ffffffffffff) with weight"
    other = melt.model_copy(update={"sha256": "f" * 64})
    heavy = melt.model_copy(update={"weight": 1.0})
    more = melt.model_copy(update={"repo": "tests/more"})
    for loras, said in (
        ((other,), f"with the LoRA melt {this} 0.5, and here is {that} 0.5"),
        ((heavy,), f"with the LoRA melt {this} 0.5, and here is {this} 1"),
        ((), "with the LoRA melt, which is not here"),
        ((melt, more), "without the LoRA more"),
    ):
        recipe = studio.recipe.model_copy(update={"loras": loras})
        (sentence,) = obstacles(receipt, recipe, studio.bases, studio.folder)
        assert sentence == f"it was filmed {said}"


def test_other_numbers_words_and_bases_stand_in_the_way(studio: Studio, receipt: Receipt) -> None:
    slow = studio.recipe.model_copy(update={"distilled": False, "steps": 9, "guidance": 5.0})
    assert obstacles(receipt, slow, studio.bases, studio.folder) == [
        "its number of steps was 2, and is 9 here",
        "its guidance was 1.0, and is 5.0 here",
        "it was filmed with the LoRA steps, which is not here",
    ]
    worded = studio.recipe.model_copy(update={"negative": "grey"})
    assert obstacles(receipt, worded, studio.bases, studio.folder) == [
        "what should not be seen in it is worded otherwise here"
    ]
    elsewhere = studio.recipe.model_copy(update={"base": "other"})
    assert obstacles(receipt, elsewhere, studio.bases, studio.folder) == [
        "it was made by tiny, and the effect has other now"
    ]


def test_what_is_done_to_a_film_afterwards_has_to_be_possible(
    studio: Studio, receipt: Receipt
) -> None:
    assert receipt.model is not None
    smooth = replace(receipt, model=replace(receipt.model, smooth=2), width=160, height=160)
    said = obstacles(smooth, studio.recipe, studio.bases, studio.folder)
    assert [it.partition(":")[0] for it in said] == [
        "each of its steps was divided into 2, and is into 1 here",
        "it was 160x160, and would be 80x80 here",
    ]


def test_what_may_look_a_bit_different_is_said_in_a_sentence_each(receipt: Receipt) -> None:
    model = receipt.model
    assert model is not None
    assert model.weights is not None
    held = Held(dtype="bfloat16", bits=8, tiled=True, speed=("tf32",))
    elsewhere = replace(
        receipt,
        device="NVIDIA H200",
        libraries={**receipt.libraries, "torch": "2.14.0", "magic": "1"},
        model=replace(model, weights=replace(model.weights, held=held)),
    )
    here, torch_here = receipt.device, receipt.libraries["torch"]
    said = differences(elsewhere, receipt)
    assert all(it.endswith(": it may look a bit different") for it in said)
    assert [it.rpartition(":")[0] for it in said] == [
        f"the clip was made on NVIDIA H200, and this is {here}",
        f"the clip was made with torch 2.14.0, and here is {torch_here}",
        "the clip was made with magic 1, and here is (none)",
        "its model was held as bfloat16, kept in 8 bits, decoded in tiles, with tf32,"
        " and now as float32, kept in 32 bits",
    ]


def test_another_film_than_was_foreseen_is_said_to_be_one(receipt: Receipt) -> None:
    model = receipt.model
    assert model is not None
    filmed = replace(model, prompts=("It burns.",), weights=None, motion="0" * 64)
    other = replace(receipt, frames=17, model=filmed)
    assert [it.rpartition(":")[0] for it in differences(other, receipt)] == [
        "which revision of tests/tiny the clip was filmed by was not noted",
        "its model was held in a way that nobody noted, and now as float32, kept in 32 bits",
        "the clip was 80x80, 17 frames, 16 a second, and this one is 80x80, 9 frames, 16 a second",
        "its model was told “It burns.”",
        "the clip moved as another video does",
    ]
