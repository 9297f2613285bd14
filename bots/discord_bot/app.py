"""Discord, put together and running."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import aiohttp
import discord
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bots.beside import beside
from bots.chat import PlaceId
from bots.delivery.budget import Budget, Rate
from bots.delivery.delivery import Delivery
from bots.delivery.pace import Pace
from bots.delivery.shared_budget import SharedBudget
from bots.desk.asking import Asking
from bots.desk.commands import Obey
from bots.desk.events import Said
from bots.desk.orders import Orders, share_avatar
from bots.desk.panel import RuleDesk
from bots.desk.wiring import open_desk
from bots.discord_api.begun import Begun
from bots.discord_api.counted_calls import CountedCalls
from bots.discord_api.permissions import NEEDED
from bots.discord_api.wire import Wire
from bots.discord_bot.chat import DiscordChat
from bots.discord_bot.client import DiscordClient, Parts
from bots.discord_bot.commands import Commands
from bots.discord_bot.counter import Counter
from bots.discord_bot.gallery import Gallery
from bots.discord_bot.hearing import Hearing
from bots.discord_bot.platform import DiscordPlatform
from bots.discord_bot.presses import Presses
from bots.discord_bot.server_settings import Settings
from bots.persistence import until_answered
from bots.services import Services
from bots.settings import DISCORD_API, BotSettings
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.addresses import Addresses
from engine.jobs.settings import PREFIX, BadSetting

log = logging.getLogger(__name__)

PACE = Pace(pulse_s=2.0)
"""A message may be changed five times in two seconds; that often nobody can read it."""
PLACE = Rate(every_s=0.5, burst=20, kept=12)
OVERALL = Rate(every_s=0.025, burst=20, kept=8)
"""Forty calls a second: Discord takes fifty, and ours are not the only ones."""
_AWAY = (discord.HTTPException, aiohttp.ClientError, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What has to run beside a client."""

    delivery: Delivery
    begun: Begun

    async def run(self) -> None:
        """Show people what becomes of their asks, until cancelled."""
        try:
            async with beside(self.begun.look_after()):
                await self.delivery.run()
        finally:
            await self.begun.end()


def rate_of(_: PlaceId) -> Rate:
    """Say how much we do in a server, whose channels have limits of their own."""
    return PLACE


async def serve(services: Services, settings: BotSettings) -> None:
    """Run the Discord bot until cancelled.

    Raises:
        BadSetting: there is no token, or Discord does not know it.
    """
    async with running(services, settings):
        await asyncio.Event().wait()


@asynccontextmanager
async def running(
    services: Services, settings: BotSettings, *, pace: Pace = PACE
) -> AsyncGenerator[DiscordClient]:
    """Run the Discord bot for as long as the context lasts."""
    address(settings.discord_api_url)
    async with DiscordClient(settings.discord_shard_ids, settings.discord_shard_count) as client:
        serving = put_together(client, services, settings, pace=pace)
        await _introduced(client, _token(settings))
        if settings.discord_api_url != DISCORD_API:
            await _find_gateway(client)
        known = Addresses(services.redis).keep(services.bot, invitation(client))
        async with beside(serving.run(), client.connect(), known):
            yield client


def address(api: str) -> None:
    """Have the library speak to another address; what it is in a test, and nowhere else."""
    Route.BASE = api.rstrip("/")


async def _find_gateway(client: DiscordClient) -> None:
    """Have the library connect where another address says, also when it begins a session anew."""
    _, gateway, _ = await client.http.get_bot_gateway()
    DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)


def put_together(
    client: DiscordClient, services: Services, settings: BotSettings, *, pace: Pace = PACE
) -> Serving:
    """Have a client serve people."""
    wire = Wire(client, services.now)
    budget = SharedBudget(services.redis, services.bot, rate_of, overall=OVERALL)
    chat = DiscordChat(
        name=services.bot,
        wire=wire,
        answers=services.answers,
        files=services.files,
        places=services.places,
        media=services.media,
        now=services.now,
    )
    calls = CountedCalls(budget=budget, answers=services.answers, now=services.now)
    delivery = services.delivery(chat, pace, calls)
    platform = DiscordPlatform(wire=wire, chat=chat, photo_bytes=settings.photo_bytes)
    desk = open_desk(platform, delivery, Budget(), services, settings, _only_here)
    begun = Begun(redis=services.redis, bot=services.bot, wire=wire, now=services.now)
    counter, orders = Counter(desk=desk, platform=platform, begun=begun), Orders(desk=desk)
    gallery = Gallery(counter=counter, media=services.media)
    rules = Settings(counter=counter, rules=RuleDesk(asking=desk.asking))
    client.serve_with(
        Parts(
            commands=Commands(counter=counter, orders=orders, gallery=gallery, settings=rules),
            presses=Presses(counter=counter, orders=orders, gallery=gallery, settings=rules),
            hearing=Hearing(desk=desk),
        )
    )
    return Serving(delivery=delivery, begun=begun)


def _only_here(asking: Asking) -> Mapping[str, Obey]:
    """List the commands that only Discord has, or has other words for."""

    async def help_(said: Said) -> None:
        text = Talk(Texts.of(said.who.language)).help_discord()
        await asking.replies.say(said.where, text)

    return {"help": help_, "optin": partial(share_avatar, asking)}


def _token(settings: BotSettings) -> str:
    if settings.discord_token is None:
        raise BadSetting(
            f"{PREFIX}DISCORD_TOKEN: must be the token of your application's bot at Discord"
        )
    return settings.discord_token.get_secret_value()


async def _introduced(client: DiscordClient, token: str) -> None:
    """Tell Discord who we are, again and again while it is not to be reached.

    Raises:
        BadSetting: it does not know the token.
    """
    try:
        await until_answered(lambda: client.login(token), "Discord", away=_AWAY)
    except discord.LoginFailure as error:
        raise BadSetting(
            f"{PREFIX}DISCORD_TOKEN: is none that Discord knows; copy it anew from your"
            " application's page, under Bot"
        ) from error
    log.info("this is %s", client.user)


def invitation(client: discord.Client) -> str:
    """Give the address where the bot is added to a server, or to somebody's own apps."""
    return discord.utils.oauth_url(
        client.application_id or 0,
        permissions=NEEDED,
        scopes=("bot", "applications.commands"),
    )
