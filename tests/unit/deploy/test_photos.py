"""Photos that a clip was made of are known again, and no others are taken for them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from deploy.errors import CommandFailed
from deploy.photos import Photo, find_kept, read_photo, read_same
from engine.jobs.job import MediaKey
from engine.jobs.media.store import photo_key
from engine.jobs.receipt import PhotoUsed
from tests.fakes.photos import mirrored


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two photos of different people, as they are sent."""
    for name, pixels in (("one", astronaut()), ("other", mirrored())):
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    return [tmp_path / "one.png", tmp_path / "other.png"]


@pytest.fixture
def photos(files: list[Path]) -> list[Photo]:
    """The same as they were read."""
    return [read_photo(file) for file in files]


def test_photos_are_known_in_whichever_order_they_are_given(
    files: list[Path], photos: list[Photo]
) -> None:
    wanted = [photo.used for photo in photos]
    found = read_same(files[::-1], wanted)
    assert [photo.used for photo in found] == wanted
    assert all(np.array_equal(it.pixels, was.pixels) for it, was in zip(found, photos, strict=True))


def test_a_photo_that_was_used_twice_is_given_once(files: list[Path], photos: list[Photo]) -> None:
    wanted = [photos[0].used] * 2
    assert [photo.used for photo in read_same(files[:1], wanted)] == wanted


def test_a_photo_too_few_is_asked_for(files: list[Path], photos: list[Photo]) -> None:
    with pytest.raises(CommandFailed, match="not all of the 2 photos"):
        read_same(files[:1], [photo.used for photo in photos])


def test_a_photo_too_many_is_named(files: list[Path], photos: list[Photo]) -> None:
    with pytest.raises(CommandFailed, match=r"other\.png is not a photo that the clip was made of"):
        read_same(files, [photos[0].used])


@pytest.mark.parametrize("key", [None, photo_key()])
def test_without_a_store_nothing_is_kept(key: MediaKey | None) -> None:
    wanted = PhotoUsed.of(b"a photo", key)
    with pytest.raises(CommandFailed, match="give it with --photo"):
        asyncio.run(find_kept([wanted], None))
