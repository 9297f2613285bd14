from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from telegram import Bot, Update
from telegram.error import Conflict

from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.unit.fakes.telegram.refusals import refused


async def test_updates_come_until_they_are_confirmed(bot: Bot, ann: Person, chat: Chat) -> None:
    for text in ("one", "two", "three"):
        chat.write(ann, text)
    first, second = await bot.get_updates(limit=2)
    assert [u.update_id for u in await bot.get_updates(limit=2)] == [
        first.update_id,
        second.update_id,
    ]
    (third,) = await bot.get_updates(offset=second.update_id + 1)
    assert third.message is not None
    assert third.message.text == "three"
    assert await bot.get_updates(offset=third.update_id + 1, timeout=0) == ()


async def test_a_long_poll_returns_as_soon_as_somebody_writes(
    telegram: FakeTelegram, bot: Bot, ann: Person, chat: Chat
) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await telegram.until(lambda: telegram.calls("getUpdates"))
    chat.write(ann, "hello")
    async with asyncio.timeout(10):
        (update,) = await poll
    assert update.message is not None
    assert update.message.from_user is not None
    assert update.message.from_user.language_code == "zh-hans"


async def test_the_second_of_two_polls_ends_the_first(telegram: FakeTelegram, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await telegram.until(lambda: telegram.calls("getUpdates"))
    async with Bot(telegram.token, telegram.base_url) as other:
        await other.get_updates(timeout=0)
    with refused("terminated by other getUpdates request", Conflict):
        await first


async def test_only_the_kinds_that_were_asked_for_come(bot: Bot, ann: Person, chat: Chat) -> None:
    await bot.get_updates(timeout=0, allowed_updates=[Update.CALLBACK_QUERY])
    chat.write(ann, "unheard")
    assert await bot.get_updates(timeout=0) == ()
    await bot.get_updates(timeout=0, allowed_updates=[])
    chat.write(ann, "heard")
    assert len(await bot.get_updates(timeout=0)) == 1


class Hook:
    """Where the bot hears of updates; the first answers are as the test wants."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.heard: list[tuple[str | None, str]] = []

    async def take(self, request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        self.heard.append((secret, (await request.json())["message"]["text"]))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)


async def test_a_webhook_hears_everything_in_order_until_it_says_so(
    telegram: FakeTelegram, bot: Bot, ann: Person, chat: Chat
) -> None:
    hook = Hook(500, 200)
    app = web.Application()
    app.router.add_post("/hook", hook.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="s3cret")
    for text in ("one", "two"):
        chat.write(ann, text)
    await telegram.until(lambda: not telegram.world.updates.pending)
    assert hook.heard == [("s3cret", "one"), ("s3cret", "one"), ("s3cret", "two")]
    with refused("webhook is active", Conflict):
        await bot.get_updates(timeout=0)
    assert (await bot.get_webhook_info()).url.endswith("/hook")
    await bot.delete_webhook()
    assert await bot.get_updates(timeout=0) == ()
    await runner.cleanup()


@pytest.mark.parametrize("url", ["http://example.org/hook", "https://example.org:9999/hook"])
async def test_a_webhook_has_to_be_where_telegram_posts(bot: Bot, url: str) -> None:
    with refused("bad webhook"):
        await bot.set_webhook(url)
