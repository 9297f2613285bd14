"""A recipe's film moves as a video beside its effect.toml."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from engine.effects.catalogue import Effect, load_effect
from engine.effects.checking import check_effect
from engine.effects.clock import Clock
from engine.effects.finishing import Finishing
from engine.effects.look_camera import LookCamera
from engine.effects.maker import ClipMaker, Made
from engine.effects.motion import read_motion
from engine.effects.order import Order, unwatched
from engine.effects.recipe_camera import RecipeCamera
from engine.effects.versions import Versions
from engine.errors import EffectInvalid, VideoUnreadable
from engine.pipelines.bases import Bases
from engine.safety import OpenGate
from engine.video import ClipWriter
from engine.vision.vision import Vision
from tests.fakes.photos import portrait
from tests.unit.engine.effects.tiny_models import BASES, TinyModels

DANCE = "dance.mp4"
EFFECT = """
schema = "effect/1"
[effect]
id = "dance"
version = "1.0.0"
title = {{ en = "Dance" }}
summary = {{ en = "You dance." }}
photos = {photos}
license = "Apache-2.0"
[output]
seconds = 1.0
fps = 16
[[variant]]
name = "dance"
base = "{base}"
prompt = "Somebody dances. {{prompt}}"
cost_s = 1.0
{more}
"""


def write_dance(path: Path, frames: int = 12, fps: int = 16) -> Path:
    steps = np.arange(frames, dtype=np.uint8)[:, None, None, None] * 15
    with ClipWriter(path, 160, 64, fps) as writer:
        writer.add(np.broadcast_to(steps, (frames, 64, 160, 3)))
    return path


def write_effect(
    folder: Path,
    base: str = "motion",
    more: str = f'motion = "{DANCE}"\nsteps = 1',
    photos: int = 1,
) -> Path:
    file = folder / "dance" / "effect.toml"
    file.parent.mkdir(exist_ok=True, parents=True)
    file.write_text(EFFECT.format(base=base, more=more, photos=photos))
    return file


def complaints(file: Path, bases: Bases = BASES) -> list[str]:
    return [f"{each.where}: {each.what}" for each in check_effect(file, bases)]


@pytest.fixture(scope="module")
def models() -> TinyModels:
    return TinyModels()


def order_of(effect: Effect) -> Order:
    return Order(effect=effect, variant=effect.variants[0], photos=[portrait()], seed=7)


def made(models: TinyModels, vision: Vision, file: Path) -> Made:
    camera = RecipeCamera(models, vision, BASES, Finishing())
    return ClipMaker(LookCamera(vision), OpenGate(), camera).make(order_of(load_effect(file)))


def test_a_film_moves_as_the_video_and_its_receipt_says_as_which(
    models: TinyModels, vision: Vision, tmp_path: Path
) -> None:
    file = write_effect(tmp_path)
    dance = write_dance(file.with_name(DANCE))

    clip = made(models, vision, file)

    motion = models.last.motion
    assert motion is not None
    assert len(motion) == 9
    assert motion.shape[2] == max(clip.width, clip.height)
    assert clip.receipt.model is not None
    assert clip.receipt.model.motion == hashlib.sha256(dance.read_bytes()).hexdigest()


def test_a_version_of_an_effect_moves_as_the_video_beside_its_effect_toml(
    models: TinyModels, vision: Vision, tmp_path: Path
) -> None:
    file = write_effect(tmp_path)
    write_dance(file.with_name(DANCE))
    versions = file.parent / "versions"
    versions.mkdir()
    other = versions / "1.0.0.toml"
    other.write_text(file.read_text())

    made(models, vision, other)

    assert models.last.motion is not None


def test_films_without_a_video_note_none(
    models: TinyModels, vision: Vision, tmp_path: Path
) -> None:
    clip = made(models, vision, write_effect(tmp_path, "photo", "steps = 1"))

    assert models.last.motion is None
    assert clip.receipt.model is not None
    assert clip.receipt.model.motion is None


def test_a_video_that_ends_early_is_read_whole(tmp_path: Path) -> None:
    dance = write_dance(tmp_path / DANCE, frames=5)

    assert len(read_motion(dance, fps=16, frames=9, side=80)) == 5


def test_a_video_that_is_gone_when_it_is_filmed_is_named(
    models: TinyModels, vision: Vision, tmp_path: Path
) -> None:
    file = write_effect(tmp_path)
    dance = write_dance(file.with_name(DANCE))
    effect = load_effect(file)
    dance.unlink()

    camera = RecipeCamera(models, vision, BASES, Finishing())
    with pytest.raises(VideoUnreadable, match=DANCE):
        camera.shoot(order_of(effect), Clock(), unwatched)


def test_nothing_is_wrong_with_a_video_that_is_there(tmp_path: Path) -> None:
    file = write_effect(tmp_path)
    write_dance(file.with_name(DANCE))

    assert complaints(file) == []


@pytest.mark.parametrize(
    ("base", "more", "photos", "said"),
    [
        ("motion", "steps = 1", 1, "variant.0.motion: has to be said, as Tiny moves as a video"),
        ("motion", f'motion = "{DANCE}"', 0, "variant.0.motion: is for effects that take one"),
        ("photo", f'motion = "{DANCE}"', 1, "variant.0.motion: Tiny cannot move as a video does"),
        (
            "motion",
            'motion = "none.mp4"',
            1,
            "variant.0.motion: there is no none.mp4 beside effect",
        ),
        ("motion", 'motion = "../dance.mp4"', 1, "variant.0.recipe.motion: "),
        (
            "motion",
            f'motion = "{DANCE}"\nframes = 33\nlongest = 17',
            1,
            "variant.0.up_to_s: Tiny films 1 seconds at once and cannot go on",
        ),
    ],
)
def test_a_recipe_that_cannot_move_is_told_why_with_its_place(
    tmp_path: Path, base: str, more: str, photos: int, said: str
) -> None:
    file = write_effect(tmp_path, base, more, photos)
    write_dance(file.with_name(DANCE))

    found = complaints(file)

    assert any(each.startswith(said) for each in found), found


@pytest.mark.parametrize("frames", [0, 1])
def test_what_nothing_moves_in_is_told_with_its_place(tmp_path: Path, frames: int) -> None:
    file = write_effect(tmp_path)
    dance = file.with_name(DANCE)
    if frames:
        write_dance(dance, frames)
    else:
        dance.write_bytes(b"no video")

    (said,) = complaints(file)

    assert said.startswith("variant.0.motion: dance.mp4 cannot be moved by: ")


def test_an_effect_whose_video_is_missing_is_offered_once_that_is_there(tmp_path: Path) -> None:
    file = write_effect(tmp_path)
    with pytest.raises(EffectInvalid, match=f"there is no {DANCE}"):
        load_effect(file)
    effects = Versions(tmp_path)
    assert "dance" not in effects
    assert not effects.look_again()

    write_dance(file.with_name(DANCE))

    assert effects.look_again()
    assert "dance" in effects
