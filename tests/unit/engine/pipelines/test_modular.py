"""Pipelines made of blocks are read from their folder, by nothing but what we know of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import CannotFilm
from engine.pipelines.check import a_take
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.modular import Pictures, is_modular, put_together, write
from engine.pipelines.take import Mode

H3 = family("minimax-h3")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("h3")
    torch.manual_seed(0)
    write(H3.checkpoints["any"].tiny(), folder)
    return folder


@pytest.fixture(scope="module")
def loaded(folder: Path) -> Loaded:
    return Loaded.read(H3, "any", folder)


def test_pipelines_made_of_blocks_are_told_from_others() -> None:
    assert is_modular("MiniMaxH3ModularPipeline")
    assert not is_modular("WanPipeline")


def test_only_the_parts_that_its_index_names_are_read(loaded: Loaded) -> None:
    assert loaded.pipeline.transformer_ref is None
    assert loaded.pipeline.transformer is not None


def test_a_part_is_not_looked_for_where_a_checkpoint_says(folder: Path, loaded: Loaded) -> None:
    away = {"pretrained_model_name_or_path": "somebody/else", "subfolder": "vae"}
    named = {"vae": ["diffusers", "AutoencoderKLMiniMaxH3", away]}
    (folder / "modular_model_index.json").write_text(json.dumps(named))

    again = Loaded.read(H3, "any", folder)

    kept, read = (each.pipeline.vae.quant_conv.weight for each in (loaded, again))
    assert torch.equal(kept, read)


def test_a_part_that_is_named_and_not_there_is_missed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "model_index.json").write_bytes((folder / "model_index.json").read_bytes())

    with pytest.raises(OSError, match=r"vae|encoder|tokenizer"):
        Loaded.read(H3, "any", tmp_path)


def test_a_scheduler_is_none_but_one_of_diffusers(tmp_path: Path) -> None:
    animate = family("wan-animate2")
    write(animate.checkpoints["motion"].tiny(), tmp_path)
    read = Loaded.read(animate, "motion", tmp_path)
    config = tmp_path / "scheduler" / "scheduler_config.json"
    config.write_text(json.dumps({"_class_name": "WanPipeline"}))

    assert type(read.pipeline.scheduler).__name__ == "DPMSolverMultistepScheduler"
    with pytest.raises(ValueError, match="WanPipeline is no scheduler"):
        Loaded.read(animate, "motion", tmp_path)


def test_parts_are_read_in_the_type_that_is_asked_for(folder: Path) -> None:
    half = Loaded.read(H3, "any", folder, dtype=torch.bfloat16)

    assert half.pipeline.transformer.transformer_blocks[0].attn.to_q.weight.dtype is torch.bfloat16
    assert half.film(a_take(H3, Mode.TEXT, seed=1)).frames.any()


def test_a_photo_and_the_words_about_it_change_the_film(loaded: Loaded) -> None:
    words, photo = (loaded.film(a_take(H3, mode, seed=1)) for mode in (Mode.TEXT, Mode.PHOTO))

    assert not np.array_equal(words.frames, photo.frames)
    assert words.sound is not None
    channels, samples = words.sound.samples.shape
    assert channels == 2
    assert samples / words.sound.rate == pytest.approx(len(words.frames) / 24, abs=0.05)


@pytest.mark.parametrize(
    ("change", "why"), [({"fps": 16.0}, "24 frames a second"), ({"frames": 22}, "5 to 15 seconds")]
)
def test_what_it_was_never_taught_is_refused(
    loaded: Loaded, change: dict[str, float], why: str
) -> None:
    with pytest.raises(CannotFilm, match=why):
        loaded.film(replace(a_take(H3, Mode.TEXT, seed=1), **change))


def test_it_says_nothing_while_it_films(loaded: Loaded, capfd: pytest.CaptureFixture[str]) -> None:
    loaded.film(a_take(H3, Mode.TEXT, seed=1))

    assert capfd.readouterr() == ("", "")


def test_a_pipeline_put_together_has_what_it_was_given() -> None:
    scheduler = object()
    assert put_together("MiniMaxH3ModularPipeline", scheduler=scheduler).scheduler is scheduler


@pytest.mark.parametrize("is_whole", [True, False])
def test_pictures_are_prepared_by_what_is_published_of_a_whole_processor(
    tmp_path: Path, is_whole: bool
) -> None:
    H3.checkpoints["any"].tiny().processor.save_pretrained(tmp_path)
    file = tmp_path / "preprocessor_config.json"
    published = json.loads(file.read_text()) | {
        "image_processor_type": "Qwen2VLImageProcessorFast",
        "processor_class": "Qwen3VLProcessor",
    }
    file.write_text(json.dumps(published))
    if is_whole:
        file.unlink()
        whole = {"processor_class": "Qwen3VLProcessor", "image_processor": published}
        (tmp_path / "processor_config.json").write_text(json.dumps(whole))

    read = Pictures.from_pretrained(tmp_path)

    assert read.image_processor.patch_size == published["patch_size"]
    picture = read.tokenizer.convert_tokens_to_ids("<|image_pad|>")
    assert read.create_mm_token_type_ids([[picture, picture + 1]]) == [[1, 0]]
