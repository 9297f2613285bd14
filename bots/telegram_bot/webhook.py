"""Telegram bringing updates: answered with 200 only once they cannot be lost any more."""

from __future__ import annotations

import hmac
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter, ValidationError
from telegram import Bot

from bots.errors import BotsError
from bots.telegram_bot.reading import UPDATES
from bots.telegram_bot.reception import Reception
from bots.telegram_bot.refusals import translated

log = logging.getLogger(__name__)

PATH = "/telegram"
_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_MOST_BYTES = 1_000_000
_AT_ONCE = 100
_UPDATE = TypeAdapter(dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where updates are brought: Telegram calls `url`, and we listen at `host` and `port`."""

    url: str
    secret: str
    host: str
    port: int


@asynccontextmanager
async def listening(bot: Bot, hook: Hook, reception: Reception) -> AsyncGenerator[int]:
    """Listen for updates and have Telegram bring them; gives the port."""
    app = web.Application(client_max_size=_MOST_BYTES)
    app.add_routes([web.post(PATH, _Door(hook.secret, reception).take)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, hook.host, hook.port).start()
        with translated():
            await bot.set_webhook(
                hook.url + PATH,
                secret_token=hook.secret,
                allowed_updates=UPDATES,
                max_connections=_AT_ONCE,
            )
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


class _Door:
    def __init__(self, secret: str, reception: Reception) -> None:
        self._secret = secret.encode()
        self._reception = reception

    async def take(self, request: web.Request) -> web.Response:
        shown = request.headers.get(_HEADER, "").encode()
        if not hmac.compare_digest(shown, self._secret):
            return web.Response(status=403)
        try:
            update = _UPDATE.validate_json(await request.read())
        except ValidationError:
            return web.Response(status=400)
        try:
            await self._reception.take([update])
        except BotsError as error:
            log.warning("an update could not be taken, and will come again: %s", error)
            return web.Response(status=503)
        return web.Response()
