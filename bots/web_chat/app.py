"""The web chat put together: `serve` runs the page, its sockets and their delivery."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

from bots.beside import beside
from bots.errors import StoreUnavailable
from bots.services import Services
from bots.settings import BotSettings, is_loopback
from bots.store.conversation import Conversation
from bots.store.web_sessions import WebSessions
from bots.web_chat.asks import Asks
from bots.web_chat.background import announce_effects, forget_sessions
from bots.web_chat.chat import WebChat
from bots.web_chat.connection import Connections
from bots.web_chat.door import Door
from bots.web_chat.language import texts_for
from bots.web_chat.media_routes import MediaRoutes
from bots.web_chat.pages import STATIC, Pages
from bots.web_chat.password import Password
from bots.web_chat.rooms import Rooms
from bots.web_chat.security import add_headers, gate
from bots.web_chat.uploads import Uploads
from bots.web_chat.visitors import Visitors
from engine.jobs.errors import MediaUnavailable
from engine.jobs.refusal import Refusal, RefusalCode

log = logging.getLogger(__name__)

_MOST_FORM_BYTES = 16 * 1024
_CLOSING_S = 1.0


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
    chat = WebChat(Conversation(services.database), rooms, services.now)
    delivery = services.delivery(chat, stills=True)
    visitors = _visitors(sessions, services, settings)
    asks = Asks(services.studio, delivery, chat)
    connections = Connections(
        visitors=visitors,
        studio=services.studio,
        chat=chat,
        rooms=rooms,
        asks=asks,
        photo_bytes=settings.photo_bytes,
    )
    app = _gated(settings)
    app.add_routes([web.get("/socket", connections.answer, allow_head=False)])
    app.add_routes(_page_routes(settings, visitors))
    app.add_routes(_media_routes(services, settings, visitors))
    async with (
        beside(
            delivery.run(),
            announce_effects(services.studio, rooms),
            forget_sessions(sessions, services.now),
        ),
        _listening(app, settings, rooms) as address,
    ):
        yield address


def _gated(settings: BotSettings) -> web.Application:
    beyond_loopback = not is_loopback(settings.web_host)
    app = web.Application(
        middlewares=(gate(settings.web_hosts, beyond_loopback=beyond_loopback), _try_later),
        client_max_size=_MOST_FORM_BYTES,
    )
    app.on_response_prepare.append(add_headers)
    return app


def _visitors(sessions: WebSessions, services: Services, settings: BotSettings) -> Visitors:
    # browsers keep one set of cookies for all ports of a host
    cookie = f"zoetrope-{settings.web_port}"
    return Visitors(sessions, cookie=cookie, https=settings.web_https, now=services.now)


def _page_routes(settings: BotSettings, visitors: Visitors) -> list[web.AbstractRouteDef]:
    secret = settings.web_password
    password = Password(secret.get_secret_value()) if secret else None
    return [
        web.get("/", Pages(settings.language).answer),
        web.static("/static", STATIC),
        web.post("/session", Door(visitors, password, settings.language).answer),
    ]


def _media_routes(
    services: Services, settings: BotSettings, visitors: Visitors
) -> list[web.AbstractRouteDef]:
    uploads = Uploads(services.studio, visitors, limit=settings.photo_bytes)
    media = MediaRoutes(services.media, services.studio, visitors)
    return [web.post("/photos", uploads.answer), web.get("/media/{key:.+}", media.answer)]


@asynccontextmanager
async def _listening(
    app: web.Application, settings: BotSettings, rooms: Rooms
) -> AsyncGenerator[URL]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_CLOSING_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.web_host, settings.web_port).start()
        port: int = runner.addresses[0][1]
        yield URL.build(scheme="http", host=settings.web_host, port=port)
    finally:
        # open sockets would keep the server waiting
        rooms.close()
        await runner.cleanup()


@web.middleware
async def _try_later(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Say so when the database or the media store does not answer."""
    try:
        return await handler(request)
    except (StoreUnavailable, MediaUnavailable) as error:
        log.warning("a request could not be answered: %s", error)
        sentence = texts_for(request).refused(Refusal(RefusalCode.TRY_LATER))
        return web.Response(text=sentence, status=503)
