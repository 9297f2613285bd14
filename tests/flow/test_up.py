"""`zoetrope up` with real processes, from the start to Ctrl-C, and killed in between."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image
from skimage.data import astronaut

from tests.flow.page import Page, opened
from tests.installation import Installation, installed


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory, weights_folder: Path) -> Generator[Installation]:
    """One installation for the tests that leave it running; a draining worker does not wait."""
    data = tmp_path_factory.mktemp("up") / "data"
    with installed(data, weights_folder, ZOETROPE_DRAIN_S="0") as installation:
        yield installation


@pytest.fixture(scope="module")
def photo() -> bytes:
    data = BytesIO()
    Image.fromarray(astronaut()).save(data, "JPEG")
    return data.getvalue()


def is_half_done(message: dict[str, Any]) -> bool:
    return (message["progress"] or 0) > 0.3


def has_clip(message: dict[str, Any]) -> bool:
    return message["clip"] is not None


async def asked(page: Page, photo: bytes) -> str:
    return await page.ask("head_turn", await page.upload(photo))


@pytest.mark.parametrize("victim", ["worker", "web", "queue"])
async def test_a_clip_arrives_once_though_a_process_is_killed_meanwhile(
    up: Installation, photo: bytes, victim: str
) -> None:
    async with opened(up.address()) as page:
        ask = await asked(page, photo)
        await page.until(ask, is_half_done)

        os.kill(up.programs()[victim], signal.SIGKILL)

        message = await page.until(ask, has_clip)
        assert await page.answers(ask) == [message]
        clip = await page.download(message["clip"]["key"])
    with av.open(BytesIO(clip)) as video:
        assert sum(1 for _ in video.decode(video=0)) == 96
