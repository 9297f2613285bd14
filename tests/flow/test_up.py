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

from deploy.ports import free_port, is_free
from tests.flow.page import Page, opened
from tests.installation import Installation, installed
from tests.processes import ends, is_running


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
    with av.open(BytesIO(clip), "r") as video:
        assert sum(1 for _ in video.decode(video=0)) == 96


async def test_a_clip_in_the_making_survives_the_whole_installation_being_killed(
    tmp_path: Path, weights_folder: Path, photo: bytes
) -> None:
    data, port = tmp_path / "data", str(free_port(0))
    with installed(data, weights_folder, ZOETROPE_WEB_PORT=port) as first:
        async with opened(first.address()) as page:
            ask = await asked(page, photo)
            await page.until(ask, is_half_done)
            programs = first.programs()

            first.kill()

            assert [name for name, pid in programs.items() if not await ends(pid)] == []
            with installed(data, weights_folder, ZOETROPE_WEB_PORT=port) as second:
                second.address()
                message = await page.until(ask, has_clip)
                assert await page.answers(ask) == [message]


async def test_ctrl_c_stops_everything_that_was_started(
    tmp_path: Path, weights_folder: Path
) -> None:
    with installed(tmp_path / "data", weights_folder) as up:
        port = int(up.address().rpartition(":")[2])
        programs = up.programs()
        assert set(programs) == {"worker", "web", "queue"}

        up.interrupt()

        assert up.wait() == 0
        assert up.screen.endswith("Stopped.\n")
        assert not any(is_running(pid) for pid in programs.values())
        assert is_free(port)


def test_without_weights_it_names_the_command_that_fetches_them_and_stops(tmp_path: Path) -> None:
    with installed(tmp_path / "data", tmp_path / "no weights") as up:
        assert up.wait() == 2

        last = up.screen.splitlines()[-1]
        assert last.startswith("zoetrope: worker cannot start: the weights of ")
        assert "`zoetrope models fetch`" in last
