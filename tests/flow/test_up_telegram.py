"""`zoetrope up` with a Telegram bot: real processes, with only Telegram itself being ours."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from tests.fakes.photos import astronaut_jpeg
from tests.fakes.telegram import FakeTelegram, Message
from tests.fakes.telegram.errors import conflict
from tests.flow.going_up import (
    MAKES_S,
    SOON_S,
    going_up,
    is_four_seconds_of_h264,
    logs,
    refuses_to_start,
    says,
    stops_everything,
)
from tests.installation import Installation


def up_on(
    telegram: FakeTelegram, data: Path, weights: Path, **settings: str
) -> AbstractAsyncContextManager[Installation]:
    """Run Zoetrope with a bot on this Telegram."""
    here = {"ZOETROPE_TELEGRAM_TOKEN": telegram.token, "ZOETROPE_TELEGRAM_API_URL": telegram.url}
    return going_up(data, weights, **(here | settings))


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

        await stops_everything(up, programs=4)


async def test_a_token_that_telegram_does_not_know_is_named_and_nothing_stays(
    tmp_path: Path, weights_folder: Path
) -> None:
    async with (
        FakeTelegram.running() as telegram,
        up_on(telegram, tmp_path / "data", weights_folder, ZOETROPE_TELEGRAM_TOKEN="1:no") as up,
    ):
        last = await refuses_to_start(up)

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
            words = f"your id is telegram:{ann.id}"
            await telegram.until(
                lambda: chat.from_bot and words in chat.last.words, within_s=SOON_S
            )
            await logs(up, "telegram-bot", "another program asks for this bot's updates; stop it")
