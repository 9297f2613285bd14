from __future__ import annotations

import io

import pytest
from PIL import Image

from bots.telegram_api.thumbnails import thumbnail
from tests.fakes.telegram.limits import THUMBNAIL_BYTES, THUMBNAIL_SIDE


@pytest.mark.parametrize("size", [(512, 512), (1920, 1080), (270, 480), (64, 64), (4000, 30)])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_poster_becomes_a_small_jpeg(size: tuple[int, int], mode: str) -> None:
    poster = io.BytesIO()
    Image.effect_noise(size, 80).convert(mode).save(poster, "JPEG")
    small = thumbnail(poster.getvalue())
    with Image.open(io.BytesIO(small)) as picture:
        assert picture.format == "JPEG"
        assert max(picture.size) <= min(THUMBNAIL_SIDE, max(size))
        assert picture.mode == "RGB"
    assert len(small) < THUMBNAIL_BYTES
