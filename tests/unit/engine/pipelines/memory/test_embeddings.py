from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.pipelines.check import a_take
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.memory.embeddings import PromptCache, RememberedPrompts, encoder_identity
from engine.pipelines.memory.encoders import Encoders, encoders_of
from engine.pipelines.take import Mode, Take

Made = tuple[Loaded, Path]


def tiny(name: str, kind: str, folder: Path) -> Made:
    torch.manual_seed(0)
    made = family(name)
    made.checkpoints[kind].tiny().save_pretrained(folder)
    return Loaded.read(made, kind, folder), folder


@pytest.fixture
def wan(tmp_path: Path) -> Made:
    return tiny("wan2.1", "text", tmp_path / "wan")


def a_prompt(loaded: Loaded, **different: Any) -> Take:
    return replace(a_take(loaded.family, Mode.TEXT, seed=1), **different)


def runs(loaded: Loaded) -> list[str]:
    """Notes each run of a text encoder from now on."""
    seen: list[str] = []

    def note(name: str) -> Callable[..., None]:
        return lambda *_: seen.append(name)

    for name, encoder in encoders_of(loaded).items():
        encoder.register_forward_pre_hook(note(name))
    return seen


@pytest.mark.parametrize(
    ("name", "kind", "mode"),
    [
        ("wan2.1", "photo", Mode.PHOTO),
        ("wan2.2", "text", Mode.TEXT),
        ("ltx", "conditions", Mode.KEYFRAMES),
        ("hunyuan", "text", Mode.TEXT),
        ("hunyuan1.5", "text", Mode.TEXT),
        ("cogvideox", "text", Mode.TEXT),
        ("mochi", "text", Mode.TEXT),
        ("kandinsky5", "text", Mode.TEXT),
        ("sana", "any", Mode.PHOTO),
        ("motif", "any", Mode.TEXT),
        ("ltx2", "2.3", Mode.TEXT),
    ],
)
def test_a_prompt_that_was_encoded_once_films_the_same_without_its_encoder(
    name: str, kind: str, mode: Mode, tmp_path: Path
) -> None:
    loaded, folder = tiny(name, kind, tmp_path / "base")
    take = a_take(loaded.family, mode, seed=1)
    plain = loaded.film(take).frames
    cache = PromptCache(tmp_path / "prompts")
    RememberedPrompts(loaded.pipelines, cache, encoder_identity(folder))
    encoders = Encoders(loaded, folder)

    assert np.array_equal(loaded.film(take).frames, plain)
    encoders.drop()

    assert np.array_equal(loaded.film(take).frames, plain)
    assert not encoders.are_here


@pytest.mark.parametrize(("name", "kind"), [("hunyuan", "photo"), ("motif", "any")])
def test_an_encoder_that_looks_at_the_photo_comes_back_for_it(
    name: str, kind: str, tmp_path: Path
) -> None:
    loaded, folder = tiny(name, kind, tmp_path / "base")
    take = a_take(loaded.family, Mode.PHOTO, seed=1)
    plain = loaded.film(take).frames
    RememberedPrompts(loaded.pipelines, PromptCache(tmp_path / "prompts"), "id")
    encoders = Encoders(loaded, folder)
    encoders.drop()

    assert np.array_equal(loaded.film(take).frames, plain)
    assert "text_encoder" in encoders_of(loaded)


def test_new_words_bring_a_dropped_encoder_back_and_it_is_placed(wan: Made, tmp_path: Path) -> None:
    loaded, folder = wan
    placed: list[str] = []
    plain = loaded.film(a_prompt(loaded, prompt="snow")).frames
    RememberedPrompts(loaded.pipelines, PromptCache(tmp_path / "prompts"), "id")
    encoders = Encoders(loaded, folder, lambda encoder: placed.append(type(encoder).__name__))
    encoders.drop()

    assert np.array_equal(loaded.film(a_prompt(loaded, prompt="snow")).frames, plain)
    assert encoders.are_here
    assert placed == ["UMT5EncoderModel"]


def test_a_dropped_encoder_can_be_called_back_before_it_is_needed(wan: Made) -> None:
    loaded, folder = wan
    encoders = Encoders(loaded, folder)
    encoders.drop()
    assert encoders_of(loaded) == {}

    encoders.bring_back()

    assert list(encoders_of(loaded)) == ["text_encoder"]
    assert all(
        pipeline.text_encoder is loaded.pipeline.text_encoder for pipeline in loaded.pipelines
    )


def test_looking_for_what_an_encoder_cannot_do_does_not_bring_it_back(wan: Made) -> None:
    loaded, folder = wan
    dtype = loaded.pipeline.text_encoder.dtype
    encoders = Encoders(loaded, folder)
    encoders.drop()

    assert not hasattr(loaded.pipeline.text_encoder, "enable_tiling")
    assert loaded.pipeline.text_encoder.dtype is dtype
    assert not encoders.are_here
    assert hasattr(loaded.pipeline.text_encoder, "get_input_embeddings")
    assert encoders.are_here


@pytest.mark.parametrize("different", [{"prompt": "snow"}, {"negative": "dark"}, {"guidance": 1.0}])
def test_other_words_are_encoded_anew(wan: Made, tmp_path: Path, different: dict[str, Any]) -> None:
    loaded, _ = wan
    RememberedPrompts(loaded.pipelines, PromptCache(tmp_path), "id")
    loaded.film(a_prompt(loaded))
    seen = runs(loaded)

    loaded.film(a_prompt(loaded, seed=2))
    assert seen == []
    loaded.film(a_prompt(loaded, **different))
    assert seen


def test_what_was_encoded_is_found_again_after_a_restart(wan: Made, tmp_path: Path) -> None:
    loaded, folder = wan
    RememberedPrompts(loaded.pipelines, PromptCache(tmp_path / "p"), encoder_identity(folder))
    plain = loaded.film(a_prompt(loaded)).frames
    again = Loaded.read(loaded.family, "text", folder)
    RememberedPrompts(again.pipelines, PromptCache(tmp_path / "p"), encoder_identity(folder))
    seen = runs(again)

    assert np.array_equal(again.film(a_prompt(again)).frames, plain)
    assert seen == []


def test_what_another_encoder_made_of_the_same_words_is_not_taken(
    wan: Made, tmp_path: Path
) -> None:
    loaded, folder = wan
    torch.manual_seed(7)
    other = loaded.family.checkpoints["text"].tiny()
    other.save_pretrained(tmp_path / "other")
    assert encoder_identity(folder) == encoder_identity(folder)
    assert encoder_identity(folder) != encoder_identity(tmp_path / "other")
    RememberedPrompts(loaded.pipelines, PromptCache(tmp_path / "p"), encoder_identity(folder))
    loaded.film(a_prompt(loaded))
    again = Loaded.read(loaded.family, "text", tmp_path / "other")
    RememberedPrompts(
        again.pipelines, PromptCache(tmp_path / "p"), encoder_identity(tmp_path / "other")
    )
    seen = runs(again)

    again.film(a_prompt(again))

    assert seen


def test_a_damaged_file_is_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    PromptCache(tmp_path).put("key", (torch.ones(3), None))
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-4])

    with caplog.at_level(logging.WARNING):
        assert PromptCache(tmp_path).get("key") is None
    assert "is damaged, and made anew" in caplog.text


def test_what_is_not_there_stays_so(tmp_path: Path) -> None:
    PromptCache(tmp_path).put("key", (torch.ones(3), None, torch.tensor([2], dtype=torch.int64)))

    found = PromptCache(tmp_path).get("key")

    assert found is not None
    ones, nothing, two = found
    assert nothing is None
    assert torch.equal(ones, torch.ones(3)) if ones is not None else False
    assert two is not None
    assert two.dtype is torch.int64


def test_memory_and_disk_hold_the_latest_only(tmp_path: Path) -> None:
    PromptCache(tmp_path / "one").put("key", (torch.zeros(10),))
    (one,) = (tmp_path / "one").iterdir()
    room = one.stat().st_size * 3
    cache = PromptCache(tmp_path / "p", memory_bytes=80, disk_bytes=room)
    for number in range(4):
        cache.put(str(number), (torch.full((10,), float(number)),))

    left = sorted(file.stem for file in (tmp_path / "p").iterdir())

    assert left == ["1", "2", "3"]
    assert cache.get("0") is None
    assert cache.get("1") is not None


def test_a_full_disk_is_no_reason_not_to_film(
    wan: Made, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    loaded, _ = wan
    (blocked := tmp_path / "a-file").write_text("here is no folder")
    RememberedPrompts(loaded.pipelines, PromptCache(blocked), "id")

    with caplog.at_level(logging.WARNING):
        loaded.film(a_prompt(loaded))
    assert "is not kept in" in caplog.text
