"""Small pictures: what is shown before a video plays, and after one is removed."""

from __future__ import annotations

import io

from PIL import Image

_SIDE = 320
"""Longest side that Telegram takes, in pixels."""


def thumbnail(poster: bytes) -> bytes:
    """Make a poster of ours, a JPEG, small enough."""
    small = io.BytesIO()
    with Image.open(io.BytesIO(poster)) as picture:
        picture.thumbnail((_SIDE, _SIDE))
        picture.convert("RGB").save(small, "JPEG", quality=85)
    return small.getvalue()


def blank() -> bytes:
    """Make a picture that shows nothing."""
    grey = io.BytesIO()
    Image.new("RGB", (_SIDE, _SIDE), (64, 64, 64)).save(grey, "JPEG")
    return grey.getvalue()
