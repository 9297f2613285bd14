"""Photos on the command line: read as the bots would, and known again by their bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from deploy.errors import CommandFailed
from engine.jobs.errors import MediaMissing
from engine.jobs.intake import Intake
from engine.jobs.media.store import MediaStore
from engine.jobs.receipt import PhotoUsed

_AGAIN = "give it with --photo"


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as (H, W, 3) RGB, and what it was read from."""

    pixels: NDArray[np.uint8]
    used: PhotoUsed


def read_photo(path: Path) -> Photo:
    """Read any photo the bots would take.

    Raises:
        CommandFailed: the file cannot be read.
        Refused: the bots would not take it.
    """
    return _decoded(_cleaned(_read(path)))


def read_same(paths: Sequence[Path], wanted: Sequence[PhotoUsed]) -> list[Photo]:
    """Read the very photos that are wanted, in whichever order they are given.

    Each may be as somebody sent it or as it was kept.

    Raises:
        CommandFailed: a file cannot be read, or is none of them, or one of them is missing.
        Refused: the bots would not take one.
    """
    known, hashes = dict[str, Photo](), {each.sha256 for each in wanted}
    for path in paths:
        photo = _same(_read(path), hashes)
        if photo is None:
            raise CommandFailed(f"{path} is not a photo that the clip was made of")
        known[photo.used.sha256] = photo
    if len(known) < len(hashes):
        raise CommandFailed(
            f"not all of the {len(hashes)} photos that the clip was made of are there: give each"
            " with --photo"
        )
    return [known[each.sha256] for each in wanted]


async def find_kept(wanted: Sequence[PhotoUsed], media: MediaStore | None) -> list[Photo]:
    """Find photos where they were kept.

    Raises:
        CommandFailed: they are not there any more, or never were.
        MediaUnavailable: the store cannot be used.
    """
    return [await _kept(each, media) for each in wanted]


async def _kept(wanted: PhotoUsed, media: MediaStore | None) -> Photo:
    gone = CommandFailed(f"a photo that the clip was made of is not kept here: {_AGAIN}")
    if wanted.key is None or media is None:
        raise gone
    try:
        photo = _decoded(await media.get(wanted.key))
    except MediaMissing as error:
        raise gone from error
    if photo.used.sha256 != wanted.sha256:
        raise gone
    return photo


def _same(data: bytes, hashes: set[str]) -> Photo | None:
    """Decode a photo that is one of those wanted, as it is or once it is cleaned."""
    if PhotoUsed.of(data).sha256 in hashes:
        return _decoded(data)
    photo = _cleaned(data)
    return _decoded(photo) if PhotoUsed.of(photo).sha256 in hashes else None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandFailed(f"the photo {path} cannot be read: {error.strerror}") from error


def _cleaned(data: bytes) -> bytes:
    return asyncio.run(Intake().clean(data)).jpeg


def _decoded(jpeg: bytes) -> Photo:
    pixels = np.array(Image.open(BytesIO(jpeg)).convert("RGB"))
    return Photo(pixels, PhotoUsed.of(jpeg))
