"""Telegram, put together and running."""

from __future__ import annotations

import asyncio
import hmac
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
from bots.languages import Languages
from bots.reception import Reception, SharedReception
from bots.services import Services
from bots.settings import BotSettings
from bots.telegram_bot.asking import Asking
from bots.telegram_bot.buttons import Buttons
from bots.telegram_bot.chat import TelegramChat
from bots.telegram_bot.commands import Commands, Keeping
from bots.telegram_bot.desk import Desk
from bots.telegram_bot.events import Event
from bots.telegram_bot.inline import Inline
from bots.telegram_bot.menu import announce
from bots.telegram_bot.messages import Listening
from bots.telegram_bot.photos import PhotoDesk
from bots.telegram_bot.polling import poll
from bots.telegram_bot.reading import Reader
from bots.telegram_bot.remix import Remixing
from bots.telegram_bot.replies import Replies
from bots.telegram_bot.rules import Ruling
from bots.telegram_bot.waiting import heard
from bots.telegram_bot.webhook import Hook, listening
from bots.telegram_bot.where import chat_of
from bots.telegram_bot.wire import Wire, open_bot
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
            arriving = _brought(bot, services, settings, reception)
        else:
            arriving = _fetched(bot, reception)
        known = Addresses(services.redis).keep(services.bot, f"https://t.me/{me.username}")
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
    asking = Asking(
        name=services.bot,
        studio=services.studio,
        delivery=delivery,
        drafts=services.drafts,
        answers=services.answers,
        places=services.places,
        replies=Replies.over(wire, budget),
        wire=wire,
        chat=chat,
        now=services.now,
    )
    desk = _desk(bot, me, asking, services, settings)
    return _reception(Reader(bot, me), desk, services, settings), delivery.run()


def _reception(
    reader: Reader, desk: Desk, services: Services, settings: BotSettings
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
        link=f"https://t.me/{me.username}",
        has_inline_mode=bool(me.supports_inline_queries),
        now=services.now,
    )


def _desk(bot: Bot, me: User, asking: Asking, services: Services, settings: BotSettings) -> Desk:
    languages = Languages(services.studio.people)
    photos = PhotoDesk(bot, services.studio)
    remixing = Remixing(asking=asking)
    listening_in = Listening(asking=asking, photos=photos, remixing=remixing)
    ruling = Ruling(
        studio=services.studio, places=services.places, replies=asking.replies, wire=asking.wire
    )
    return Desk(
        asking=asking,
        commands=Commands(
            me=me,
            asking=asking,
            listening=listening_in,
            ruling=ruling,
            languages=languages,
            keeping=Keeping(
                photos_h=settings.keep_photos_hours,
                clips_days=settings.keep_clips_days,
                journal_days=settings.keep_journal_days,
            ),
            owners=settings.owners,
        ),
        listening=listening_in,
        buttons=Buttons(asking=asking, remixing=remixing, ruling=ruling, languages=languages),
        inline=Inline(bot=bot, me=me, asking=asking, files=services.files, photos=photos),
        places=services.places,
        languages=languages,
    )


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


async def _fetched(bot: Bot, reception: Reception[Event]) -> None:
    """Ask for updates, after seeing to it that they are not brought elsewhere."""
    await heard(bot.delete_webhook)
    await poll(bot, reception)


async def _brought(
    bot: Bot, services: Services, settings: BotSettings, reception: Reception[Event]
) -> None:
    hook = Hook(
        url=settings.telegram_webhook_url.rstrip("/"),
        secret=webhook_secret(_token(settings)),
        host=settings.telegram_webhook_host,
        port=settings.telegram_webhook_port,
    )
    async with listening(bot, hook, reception, services.database.check) as port:
        log.info("updates for %s are awaited at port %d", hook.url, port)
        await asyncio.Event().wait()


def webhook_secret(token: str) -> str:
    """Derive what Telegram shows with every update: the same in every process of a bot."""
    return hmac.digest(token.encode(), b"zoetrope webhook", "sha256").hex()
