"""`zoetrope up` for a test that answers its bots from the same loop meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import av
import pytest

from deploy.polling import wait_until
from tests.installation import Installation, installed
from tests.processes import children, is_running

STARTS_S = 120
MAKES_S = 120
SOON_S = 30


@asynccontextmanager
async def going_up(data: Path, weights: Path, **settings: str) -> AsyncGenerator[Installation]:
    """Run Zoetrope beside our loop."""
    running = installed(data, weights, ZOETROPE_DRAIN_S="0", **settings)
    installation = await asyncio.to_thread(running.__enter__)
    try:
        yield installation
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


async def says(up: Installation, words: str) -> None:
    """Wait until it is on the screen."""

    async def is_shown() -> bool:
        return words in up.screen

    assert await wait_until(is_shown, within_s=STARTS_S), up.screen


async def logs(up: Installation, name: str, words: str) -> None:
    """Wait until a program has written it into its log."""
    log = up.data / "logs" / f"{name}.log"

    async def is_written() -> bool:
        return log.exists() and words in log.read_text()

    assert await wait_until(is_written, within_s=STARTS_S), up.screen


async def refuses_to_start(up: Installation) -> str:
    """Wait until it has ended by itself; its last words."""
    assert await asyncio.to_thread(up.wait) == 2
    return up.screen.splitlines()[-1]


async def stops_everything(up: Installation, *, programs: int) -> None:
    """Press Ctrl-C, and see all that it runs end."""
    running = [pid for pid, _ in children(up.pid)]
    assert len(running) == programs
    up.interrupt()

    assert await asyncio.to_thread(up.wait) == 0
    assert up.screen.endswith("Stopped.\n")
    assert not any(is_running(pid) for pid in running)


def is_four_seconds_of_h264(clip: bytes) -> None:
    """Look into a clip that somebody got."""
    with av.open(BytesIO(clip), "r") as video:
        stream = video.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.duration is not None
        assert stream.time_base is not None
        assert float(stream.duration * stream.time_base) == pytest.approx(4.0, abs=0.05)
