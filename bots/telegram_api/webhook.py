"""Telegram bringing updates: answered with 200 only once they cannot be lost any more."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter, ValidationError
from telegram import Bot

from bots.errors import BotsError, StoreUnavailable
from bots.telegram_api.polling import Take
from bots.telegram_api.waiting import heard

log = logging.getLogger(__name__)

PATH, READY = "/telegram", "/readyz"
_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_MOST_BYTES = 1_000_000
_AT_ONCE = 100
_UPDATE = TypeAdapter(dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where updates of some kinds are brought: Telegram calls `url`, and we listen at `host`."""

    url: str
    secret: str
    host: str
    port: int
    kinds: Sequence[str]


Check = Callable[[], Awaitable[object]]
"""Raises StoreUnavailable while updates cannot be taken."""


async def brought(bot: Bot, hook: Hook, take: Take, check: Check) -> None:
    """Take updates until cancelled."""
    async with listening(bot, hook, take, check) as port:
        log.info("updates for %s are awaited at port %d", hook.url, port)
        await asyncio.Event().wait()


@asynccontextmanager
async def listening(bot: Bot, hook: Hook, take: Take, check: Check) -> AsyncGenerator[int]:
    """Listen for updates and have Telegram bring them; gives the port."""
    door = _Door(hook.secret, take, check)
    app = web.Application(client_max_size=_MOST_BYTES)
    app.add_routes([web.post(PATH, door.take), web.get(READY, door.ready)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, hook.host, hook.port).start()
        await heard(
            lambda: bot.set_webhook(
                hook.url + PATH,
                secret_token=hook.secret,
                allowed_updates=hook.kinds,
                max_connections=_AT_ONCE,
            )
        )
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def webhook_secret(token: str) -> str:
    """Derive what Telegram shows with every update: the same in every process of a bot."""
    return hmac.digest(token.encode(), b"zoetrope webhook", "sha256").hex()


class _Door:
    def __init__(self, secret: str, take: Take, check: Check) -> None:
        self._secret = secret.encode()
        self._take = take
        self._check = check

    async def ready(self, _: web.Request) -> web.Response:
        """Tell whoever spreads updates over processes whether this one can take any."""
        try:
            await self._check()
        except StoreUnavailable as error:
            return web.Response(status=503, text=str(error))
        return web.Response(text="ready")

    async def take(self, request: web.Request) -> web.Response:
        shown = request.headers.get(_HEADER, "").encode(errors="surrogateescape")
        if not hmac.compare_digest(shown, self._secret):
            return web.Response(status=403)
        try:
            update = _UPDATE.validate_json(await request.read())
        except ValidationError:
            return web.Response(status=400)
        try:
            await self._take([update])
        except BotsError as error:
            log.warning("an update could not be taken, and will come again: %s", error)
            return web.Response(status=503)
        return web.Response()
