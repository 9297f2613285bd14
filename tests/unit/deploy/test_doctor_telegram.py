"""What the doctor says of a Telegram bot, from what the Bot API answers."""

from __future__ import annotations

import socket
from collections.abc import AsyncGenerator

import pytest
from aiohttp import web

from bots.settings import BotSettings
from deploy.doctor.finding import Finding
from deploy.doctor.telegram import look_at_telegram
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.errors import internal
from tests.fakes.telegram.updates import Webhook


@pytest.fixture
async def telegram() -> AsyncGenerator[FakeTelegram]:
    async with FakeTelegram.running() as telegram:
        yield telegram


async def found(telegram: FakeTelegram, **settings: object) -> dict[str, Finding]:
    here = {"telegram_token": telegram.token, "telegram_api_url": telegram.url}
    return await look(**(here | {"allowed_people": ("telegram:*",)} | settings))


async def look(**settings: object) -> dict[str, Finding]:
    read = BotSettings(_env_file=None, **settings)  # pyright: ignore[reportCallIssue, reportArgumentType]
    return {finding.what: finding for finding in await look_at_telegram(read)}


def mends(findings: dict[str, Finding]) -> dict[str, str]:
    return {what: finding.mend for what, finding in findings.items() if finding.mend}


async def test_without_a_token_there_is_nothing_to_mend() -> None:
    assert str((await look())["Telegram"]).startswith("ok  Telegram: off")


async def test_a_bot_that_is_as_it_should_be(telegram: FakeTelegram) -> None:
    findings = await found(telegram)

    assert mends(findings) == {}
    assert findings["Telegram"].found == "https://t.me/zoetrope_bot"
    assert findings["Telegram people"].found == "let in are telegram:*"
    assert findings["Telegram groups"].found.startswith("privacy mode is on")
    assert findings["Telegram inline mode"].found.startswith("on; /setinlinefeedback")


async def test_a_token_that_telegram_does_not_know(telegram: FakeTelegram) -> None:
    findings = await found(telegram, telegram_token="42:unknown")

    assert "ZOETROPE_TELEGRAM_TOKEN" in mends(findings)["Telegram"]


async def test_a_bot_api_that_is_away() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        findings = await look(
            telegram_token="42:secret", telegram_api_url=f"http://127.0.0.1:{port}"
        )

    assert "Connection refused" in findings["Telegram"].found
    assert "ZOETROPE_TELEGRAM_API_URL" in findings["Telegram"].mend


async def test_a_bot_api_on_a_bad_day(telegram: FakeTelegram) -> None:
    telegram.fail("getMe", error=internal())

    assert "it answers 500" in (await found(telegram))["Telegram"].found


@pytest.mark.parametrize("url", ["no address", "http://[bad", "{here}/elsewhere", "ftp://x y/"])
async def test_an_address_that_is_no_bot_api_is_told_without_the_token(
    telegram: FakeTelegram, url: str
) -> None:
    url = url.format(here=telegram.url)
    findings = await look(telegram_token="42:secret token", telegram_api_url=url)

    assert findings["Telegram"].mend
    assert "secret" not in str(findings)


async def test_a_server_that_says_something_else_is_no_bot_api() -> None:
    async def hello(_: web.Request) -> web.Response:
        return web.Response(text="<html>Hello")

    app = web.Application()
    app.router.add_get("/{path:.*}", hello)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        findings = await look(telegram_token="42:secret", telegram_api_url=url)
    finally:
        await runner.cleanup()

    assert "no Bot API" in findings["Telegram"].found


def brought_to(telegram: FakeTelegram, url: str) -> None:
    webhook = Webhook(url=url, secret=None, connections=1)
    telegram.world.updates.listen(webhook, drop_pending=False)


async def test_updates_that_are_brought_elsewhere(telegram: FakeTelegram) -> None:
    brought_to(telegram, "https://elsewhere.example/secret")
    findings = await found(telegram)

    assert findings["Telegram updates"].found.startswith("brought to https://elsewhere.example,")
    assert "ZOETROPE_TELEGRAM_WEBHOOK_URL" in mends(findings)["Telegram updates"]


async def test_updates_that_are_brought_here(telegram: FakeTelegram) -> None:
    ours = "https://bot.example"
    before = await found(telegram, telegram_webhook_url=ours)
    assert "the bot sees to it when it starts" in before["Telegram updates"].found

    brought_to(telegram, f"{ours}/telegram")
    assert mends(await found(telegram, telegram_webhook_url=f"{ours}/")) == {}


async def test_updates_that_cannot_be_brought_here(telegram: FakeTelegram) -> None:
    ann = telegram.person("Ann")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        ours = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        brought_to(telegram, f"{ours}/telegram")
        telegram.private(ann).write(ann, "hello")
        await telegram.until(lambda: telegram.world.updates.last_error)
        findings = await found(telegram, telegram_webhook_url=ours)

    assert "Connection failed" in findings["Telegram updates"].found
    assert "127.0.0.1:8443" in findings["Telegram updates"].mend


async def test_nobody_is_let_in(telegram: FakeTelegram) -> None:
    findings = await found(telegram, allowed_people=("discord:*",), owners=("discord:4",))

    assert "ZOETROPE_ALLOWED_PEOPLE=telegram:*" in mends(findings)["Telegram people"]


async def test_privacy_mode_that_is_off_is_told(telegram: FakeTelegram) -> None:
    telegram.world.has_privacy = False

    assert "/setprivacy" in (await found(telegram))["Telegram groups"].found
