from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from engine.pipelines.check import a_take
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.take import Mode


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    made, folder = family("wan2.2-5b"), tmp_path_factory.mktemp("small")
    made.checkpoints["any"].tiny().save_pretrained(folder)
    return Loaded.read(made, "any", folder, dtype=torch.bfloat16)


def test_another_pipeline_for_the_same_weights_leaves_them_as_they_are(small: Loaded) -> None:
    small.film(a_take(small.family, Mode.PHOTO, seed=1))

    assert small.pipeline.transformer.dtype is torch.bfloat16
    assert small.pipeline.vae.dtype is torch.float32


def test_all_pipelines_share_their_weights_and_how_they_are_set(small: Loaded) -> None:
    text, photo = small.pipelines

    assert type(text).__name__ == "WanPipeline"
    assert type(photo).__name__ == "WanImageToVideoPipeline"
    assert photo.transformer is text.transformer
    assert photo.config.expand_timesteps is True
    assert small.pipelines[1] is photo


def test_an_autoencoder_has_as_many_bits_as_its_authors_gave_it(tmp_path: Path) -> None:
    ltx = family("ltx")
    ltx.checkpoints["first"].tiny().save_pretrained(tmp_path)
    loaded = Loaded.read(ltx, "first", tmp_path, dtype=torch.bfloat16)
    assert loaded.pipeline.vae.dtype is torch.bfloat16


@pytest.mark.parametrize("name", ["kandinsky5", "kandinsky6"])
def test_a_tokenizer_is_read_by_itself_where_it_is_published_with_more(
    name: str, tmp_path: Path
) -> None:
    kandinsky = family(name)
    kind = next(iter(kandinsky.checkpoints))
    kandinsky.checkpoints[kind].tiny().save_pretrained(tmp_path)
    index = tmp_path / "model_index.json"
    told = json.loads(index.read_text())
    index.write_text(json.dumps(told | {"tokenizer": ["transformers", "Qwen2_5_VLProcessor"]}))

    loaded = Loaded.read(kandinsky, kind, tmp_path)

    assert type(loaded.pipeline.tokenizer).__name__ == "Qwen2Tokenizer"
    assert loaded.film(a_take(kandinsky, Mode.TEXT, seed=1)).frames.any()
