"""The web chat put together: `serve` runs the page, its sockets and their delivery."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from yarl import URL

from bots.delivery import Delivery
from bots.errors import StoreUnavailable
from bots.services import Services
from bots.settings import BotSettings
from bots.store.conversation import Conversation
from bots.store.web_sessions import WebSessions
from bots.texts.languages import negotiate
from bots.texts.texts import Texts
from bots.web_chat.asks import Asks
from bots.web_chat.background import announce_effects, forget_sessions
from bots.web_chat.chat import WebChat
from bots.web_chat.connection import Connections
from bots.web_chat.door import Door
from bots.web_chat.media_routes import MediaRoutes
from bots.web_chat.pages import STATIC, Pages
from bots.web_chat.password import Password
from bots.web_chat.rooms import Rooms
from bots.web_chat.security import add_headers, gate, is_loopback
from bots.web_chat.uploads import Uploads
from bots.web_chat.visitors import Visitors
from engine.jobs.refusal import Refusal, RefusalCode

log = logging.getLogger(__name__)

_MOST_FORM_BYTES = 16 * 1024
_CLOSING_S = 3.0


async def serve(services: Services, settings: BotSettings) -> None:
    """Run the web chat until cancelled."""
    async with open_web_chat(services, settings) as address:
        log.info("the web chat is at %s", address)
        await asyncio.Event().wait()


@asynccontextmanager
async def open_web_chat(services: Services, settings: BotSettings) -> AsyncGenerator[URL]:
    """Run the web chat for as long as the context lasts.

    Yields:
        Where it listens.
    """
    sessions, rooms = WebSessions(services.database), Rooms()
    chat = WebChat(Conversation(services.database), rooms)
    delivery = services.delivery(chat)
    visitors = Visitors(sessions, cookie=f"zoetrope-{settings.web_port}", https=settings.web_https)
    app = _app(services, settings, visitors, rooms, chat, delivery)
    async with asyncio.TaskGroup() as tasks:
        background = (
            tasks.create_task(delivery.run()),
            tasks.create_task(announce_effects(services.studio, rooms)),
            tasks.create_task(forget_sessions(sessions)),
        )
        try:
            async with _listening(app, settings.web_host, settings.web_port) as address:
                yield address
        finally:
            for task in background:
                task.cancel()


def _app(
    services: Services,
    settings: BotSettings,
    visitors: Visitors,
    rooms: Rooms,
    chat: WebChat,
    delivery: Delivery,
) -> web.Application:
    studio, limit = services.studio, settings.photo_bytes
    beyond_loopback = not is_loopback(settings.web_host)
    app = web.Application(
        middlewares=(gate(settings.web_hosts, beyond_loopback=beyond_loopback), _try_later),
        client_max_size=_MOST_FORM_BYTES,
    )
    secret = settings.web_password
    password = Password(secret.get_secret_value()) if secret else None
    connections = Connections(
        visitors=visitors,
        studio=studio,
        chat=chat,
        rooms=rooms,
        asks=Asks(studio, delivery, chat),
        photo_bytes=limit,
    )
    app.router.add_get("/", Pages(settings.language).answer)
    app.router.add_static("/static", STATIC)
    app.router.add_post("/session", Door(visitors, password, settings.language).answer)
    app.router.add_get("/socket", connections.answer, allow_head=False)
    app.router.add_post("/photos", Uploads(studio, visitors, limit=limit).answer)
    media = MediaRoutes(services.media, studio, visitors)
    app.router.add_get("/media/{key:.+}", media.answer)
    app.on_response_prepare.append(add_headers)

    async def close_rooms(_: web.Application) -> None:
        rooms.close()

    app.on_shutdown.append(close_rooms)
    return app


@asynccontextmanager
async def _listening(app: web.Application, host: str, port: int) -> AsyncGenerator[URL]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_CLOSING_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound: int = runner.addresses[0][1]
        yield URL.build(scheme="http", host=host, port=bound)
    finally:
        await runner.cleanup()


@web.middleware
async def _try_later(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Say so when the database does not answer."""
    try:
        return await handler(request)
    except StoreUnavailable as error:
        log.warning("a request could not be answered: %s", error)
        texts = Texts.of(negotiate(request.headers.get(hdrs.ACCEPT_LANGUAGE, "")))
        sentence = texts.refused(Refusal(RefusalCode.TRY_LATER))
        return web.Response(text=sentence, status=503)
