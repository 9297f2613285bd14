"""Our bot on a Bot API server that is not ours, with updates brought by a webhook."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from redis.asyncio import Redis

from bots.chat import PersonId
from bots.services import Services, opened
from bots.settings import BotSettings
from bots.telegram_api.webhook import webhook_secret
from bots.telegram_bot.app import running
from deploy.errors import CommandFailed
from deploy.ports import free_port
from engine.jobs.presence import Presence
from tests.effect_cards import OFFER
from tests.fakes.photos import astronaut_jpeg
from tests.fakes.s3 import FakeS3
from tests.flow.at_work import WORKER
from tests.peers.telemelya import REGION, Telemelya, keys, telemelya_running
from tests.valkey import ValkeyProcess

TOKEN = "123456789:a-token-of-this-test"


@pytest.fixture
async def telemelya(
    tmp_path: Path, valkey: ValkeyProcess, redis: Redis
) -> AsyncGenerator[Telemelya]:
    s3 = FakeS3(REGION)
    try:
        async with s3.running(), telemelya_running(tmp_path, valkey.url, s3, TOKEN) as server:
            yield server
    except CommandFailed as error:
        pytest.skip(str(error))


@asynccontextmanager
async def showing_the_secret(port: int) -> AsyncGenerator[str]:
    """Pass updates on with the secret, which telemelya leaves out; gives the address."""

    async def pass_on(update: web.Request) -> web.Response:
        secret = {"X-Telegram-Bot-Api-Secret-Token": webhook_secret(TOKEN)}
        there = f"http://127.0.0.1:{port}{update.path}"
        async with (
            ClientSession() as http,
            http.post(there, data=await update.read(), headers=secret) as said,
        ):
            return web.Response(status=said.status)

    app = web.Application()
    app.router.add_post("/{path:.*}", pass_on)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
async def services(
    telemelya: Telemelya, tmp_path: Path, valkey: ValkeyProcess
) -> AsyncGenerator[Services]:
    """The bot at work, with a worker that offers something."""
    port = free_port(0)
    async with showing_the_secret(port) as address:
        settings = BotSettings(  # pyright: ignore[reportCallIssue]
            _env_file=None,  # pyright: ignore[reportCallIssue]
            data=tmp_path / "data",  # pyright: ignore[reportCallIssue]
            redis_url=valkey.url,
            telegram_token=TOKEN,
            telegram_api_url=telemelya.url,
            telegram_webhook_url=address,
            telegram_webhook_port=port,
            allowed_people=("telegram:*",),
        )
        async with opened("telegram", settings) as services:
            await Presence(services.redis).announce(WORKER, OFFER, timedelta(minutes=5))
            async with running(services, settings):
                await telemelya.until_bringing_updates()
                yield services


async def test_start_is_answered(telemelya: Telemelya, services: Services) -> None:
    await telemelya.write("/start")

    answer = await telemelya.answered(lambda it: it["method"] == "sendMessage")
    assert answer["text"].startswith("Hi! Send me a selfie")


async def test_a_photo_is_answered_with_effects_and_a_press_with_a_place_in_the_queue(
    telemelya: Telemelya, services: Services
) -> None:
    await telemelya.send_photo(astronaut_jpeg())
    menu = await telemelya.answered(lambda it: "Robot" in keys(it))

    await telemelya.press(menu, "Robot")
    placeholder = await telemelya.answered(
        lambda it: it["method"] == "editMessageText" and "Cancel" in keys(it)
    )
    assert placeholder["message_id"] == menu["message_id"]
    await telemelya.answered(lambda it: it["method"] == "answerCallbackQuery")

    (request,) = await services.journal.latest(PersonId(f"telegram:{telemelya.chat}"), 2)
    assert request.job is not None
    assert request.job.effect == "robot"
    assert request.placeholder is not None
    assert request.placeholder.message.endswith(f":{menu['message_id']}")
