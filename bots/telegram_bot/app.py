"""Telegram, put together and running."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager

from telegram import Bot, User
from telegram.error import InvalidToken

from bots.beside import beside
from bots.chat import PlaceId
from bots.delivery.budget import Rate
from bots.delivery.pace import Pace
from bots.delivery.shared_budget import SharedBudget
from bots.desk.wiring import open_desk
from bots.reception import Reception, SharedReception
from bots.services import Services
from bots.settings import BotSettings
from bots.telegram_api.opening import open_bot
from bots.telegram_api.polling import poll
from bots.telegram_api.waiting import heard
from bots.telegram_api.webhook import Hook, brought, webhook_secret
from bots.telegram_api.wire import Wire
from bots.telegram_bot.chat import TelegramChat
from bots.telegram_bot.desk import Greeting, TelegramDesk
from bots.telegram_bot.events import Event
from bots.telegram_bot.inline import Inline
from bots.telegram_bot.keyboards import Keyboards
from bots.telegram_bot.menu import announce
from bots.telegram_bot.platform import TelegramPlatform
from bots.telegram_bot.reading import UPDATES, Reader
from bots.telegram_bot.where import chat_of
from bots.turnstile import ChatLocks
from engine.jobs.addresses import Addresses
from engine.jobs.settings import PREFIX, BadSetting

log = logging.getLogger(__name__)

PRIVATE = Rate(every_s=1.0, burst=4, kept=2)
GROUP = Rate(every_s=4.0, burst=5, kept=3)
"""Twenty calls in any minute, which is what Telegram lets a bot do in a group."""
OVERALL = Rate(every_s=0.04, burst=5, kept=2)

PACE = Pace(pulse_s=3.0)
"""Telegram does not like messages to be edited more often."""


def rate_of(place: PlaceId) -> Rate:
    """Say how much Telegram lets a bot do in a chat."""
    return GROUP if chat_of(place) < 0 else PRIVATE


async def serve(services: Services, settings: BotSettings) -> None:
    """Run the Telegram bot until cancelled.

    Raises:
        BadSetting: there is no token, or Telegram does not know it.
    """
    async with running(services, settings):
        await asyncio.Event().wait()


@asynccontextmanager
async def running(services: Services, settings: BotSettings) -> AsyncGenerator[Reception[Event]]:
    """Run the Telegram bot for as long as the context lasts; gives what takes its updates."""
    bot = open_bot(_token(settings), settings.telegram_api_url.rstrip("/"))
    try:
        me = await _introduced(bot)
        log.info("this is @%s", me.username)
        reception, delivering = _put_together(bot, me, services, settings)
        if settings.telegram_webhook_url:
            arriving = brought(bot, _hook(settings), reception.take, services.database.check)
        else:
            arriving = poll(bot, reception.take, UPDATES)
        known = Addresses(services.redis).keep(services.bot, _link(me))
        async with beside(delivering, reception.run(), announce(bot), arriving, known):
            yield reception
    finally:
        await bot.shutdown()


def _put_together(
    bot: Bot, me: User, services: Services, settings: BotSettings
) -> tuple[Reception[Event], Coroutine[None, None, None]]:
    wire = Wire(bot)
    budget = SharedBudget(services.redis, services.bot, rate_of, overall=OVERALL)
    chat = _chat(wire, me, services, settings)
    delivery = services.delivery(chat, PACE, budget)
    platform, name, link = TelegramPlatform(wire=wire, chat=chat), me.username or "", _link(me)
    desk = open_desk(
        platform,
        delivery,
        budget,
        services,
        settings,
        lambda asking: Greeting(asking=asking, name=name).commands(),
    )
    inline = Inline(
        wire=wire, asking=desk.asking, files=services.files, photos=desk.photos, link=link
    )
    whole = TelegramDesk(desk=desk, inline=inline, places=services.places, name=name)
    return _reception(Reader(bot, me), whole, services, settings), delivery.run()


def _reception(
    reader: Reader, desk: TelegramDesk, services: Services, settings: BotSettings
) -> Reception[Event]:
    name, inbox, now = services.bot, services.inbox, services.now
    if not settings.telegram_webhook_url:
        # of several processes that fetch updates, Telegram lets only one
        return Reception(bot=name, inbox=inbox, reader=reader, handle=desk.handle, now=now)
    return SharedReception(
        bot=name,
        inbox=inbox,
        reader=reader,
        handle=desk.handle,
        now=now,
        turnstile=ChatLocks(services.redis, name).held,
    )


def _chat(wire: Wire, me: User, services: Services, settings: BotSettings) -> TelegramChat:
    return TelegramChat(
        name=services.bot,
        wire=wire,
        answers=services.answers,
        files=services.files,
        places=services.places,
        media=services.media,
        staging=settings.telegram_staging,
        keyboards=Keyboards(link=_link(me), has_inline_mode=bool(me.supports_inline_queries)),
        now=services.now,
    )


def _link(me: User) -> str:
    return f"https://t.me/{me.username}"


def _token(settings: BotSettings) -> str:
    if settings.telegram_token is None:
        raise BadSetting(f"{PREFIX}TELEGRAM_TOKEN: must be the token that @BotFather gave your bot")
    return settings.telegram_token.get_secret_value()


async def _introduced(bot: Bot) -> User:
    """Ask Telegram who we are.

    Raises:
        BadSetting: it does not know the token.
    """
    try:
        await heard(bot.initialize)
    except InvalidToken as error:
        raise BadSetting(
            f"{PREFIX}TELEGRAM_TOKEN: is none that Telegram knows; copy it from @BotFather anew"
        ) from error
    return bot.bot


def _hook(settings: BotSettings) -> Hook:
    return Hook(
        url=settings.telegram_webhook_url.rstrip("/"),
        secret=webhook_secret(_token(settings)),
        host=settings.telegram_webhook_host,
        port=settings.telegram_webhook_port,
        kinds=UPDATES,
    )
