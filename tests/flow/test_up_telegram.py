"""`zoetrope up` with a Telegram bot: real processes, with only Telegram itself being ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import av
import pytest

from deploy.polling import wait_until
from tests.fakes.photos import astronaut_jpeg
from tests.fakes.telegram import FakeTelegram, Message
from tests.fakes.telegram.errors import conflict
from tests.installation import Installation, installed
from tests.processes import children, is_running

STARTS_S = 120
MAKES_S = 120
SOON_S = 30


@asynccontextmanager
async def up_on(
    telegram: FakeTelegram, data: Path, weights: Path, **settings: str
) -> AsyncGenerator[Installation]:
    """Run Zoetrope with a bot on this Telegram, which answers from our loop meanwhile."""
    here = {"ZOETROPE_TELEGRAM_TOKEN": telegram.token, "ZOETROPE_TELEGRAM_API_URL": telegram.url}
    running = installed(data, weights, ZOETROPE_DRAIN_S="0", **(here | settings))
    installation = await asyncio.to_thread(running.__enter__)
    try:
        yield installation
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


async def says(up: Installation, words: str, *, within_s: float = STARTS_S) -> None:
    """Wait until it is on the screen."""

    async def is_shown() -> bool:
        return words in up.screen

    assert await wait_until(is_shown, within_s=within_s), up.screen


async def test_a_selfie_becomes_a_clip_in_the_very_message_and_ctrl_c_stops_everything(
    tmp_path: Path, weights_folder: Path
) -> None:
    async with (
        FakeTelegram.running() as telegram,
        up_on(
            telegram, tmp_path / "data", weights_folder, ZOETROPE_ALLOWED_PEOPLE="telegram:*"
        ) as up,
    ):
        await says(up, "Zoetrope is ready")
        await says(up, "Telegram: https://t.me/zoetrope_bot\n")
        assert "Nobody may use" not in up.screen
        ann = telegram.person("Ann")
        chat = telegram.private(ann)
        chat.send_photo(ann, astronaut_jpeg())
        menu: Message = await telegram.until(
            lambda: next((it for it in chat.from_bot if "Robot" in it.labels), None),
            within_s=SOON_S,
        )
        await telegram.press(ann, menu, "Robot", within_s=SOON_S)
        clip = await telegram.until(lambda: menu.video, within_s=MAKES_S)
        assert chat.from_bot == [menu]
        assert "Again" in menu.labels
        is_four_seconds_of_h264(clip)

        programs = [pid for pid, _ in children(up.pid)]
        assert len(programs) == 4
        up.interrupt()

        assert await asyncio.to_thread(up.wait) == 0
        assert up.screen.endswith("Stopped.\n")
        assert not any(is_running(pid) for pid in programs)


def is_four_seconds_of_h264(clip: bytes) -> None:
    with av.open(BytesIO(clip), "r") as video:
        stream = video.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.duration is not None
        assert stream.time_base is not None
        assert float(stream.duration * stream.time_base) == pytest.approx(4.0, abs=0.05)


async def test_a_token_that_telegram_does_not_know_is_named_and_nothing_stays(
    tmp_path: Path, weights_folder: Path
) -> None:
    async with (
        FakeTelegram.running() as telegram,
        up_on(telegram, tmp_path / "data", weights_folder, ZOETROPE_TELEGRAM_TOKEN="1:no") as up,
    ):
        assert await asyncio.to_thread(up.wait) == 2

        last = up.screen.splitlines()[-1]
        assert last.startswith("zoetrope: Telegram bot cannot start: ZOETROPE_TELEGRAM_TOKEN: ")


async def test_who_runs_it_is_told_what_keeps_people_from_using_the_bot(
    tmp_path: Path, weights_folder: Path
) -> None:
    async with FakeTelegram.running() as telegram:
        telegram.fail("getUpdates", error=conflict("terminated by other getUpdates request"))
        async with up_on(telegram, tmp_path / "data", weights_folder) as up:
            await says(up, "put ZOETROPE_ALLOWED_PEOPLE=telegram:* into .env")
            ann = telegram.person("Ann")
            chat = telegram.private(ann)
            chat.write(ann, "/start")
            answer = await telegram.until(lambda: chat.from_bot and chat.last, within_s=SOON_S)
            assert f"your id is telegram:{ann.id}" in answer.words
            await logs(up, "another program asks for this bot's updates; stop it")


async def logs(up: Installation, words: str) -> None:
    """Wait until the bot has written it into its log."""
    log = up.data / "logs" / "telegram-bot.log"

    async def is_written() -> bool:
        return log.exists() and words in log.read_text()

    assert await wait_until(is_written, within_s=STARTS_S), up.screen
