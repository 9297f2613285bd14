"""The Discord bot: does Discord know it, how people get it, how it hears them, who may use it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version

from pydantic import BaseModel, Field, SecretStr

from bots.settings import BotSettings
from deploy.doctor.finding import Finding
from deploy.doctor.platform import Api, Refused, Silent, look_at_people, silent
from deploy.platforms import DISCORD

PERMISSIONS = {
    "View Channels": 1 << 10,
    "Send Messages": 1 << 11,
    "Attach Files": 1 << 15,
    "Read Message History": 1 << 16,
    "Send Messages in Threads": 1 << 38,
}
ADMINISTRATOR = 1 << 3
INTENTS = {
    "Presence Intent": 1 << 12 | 1 << 13,
    "Server Members Intent": 1 << 14 | 1 << 15,
    "Message Content Intent": 1 << 18 | 1 << 19,
}
"""Those that Discord guards; each has one flag for large bots and one for small ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One of the two ways to add an application, and what the bot needs to be given by it."""

    key: str
    name: str
    where: str
    scopes: frozenset[str]
    permissions: Mapping[str, int]


SERVERS = Way(
    key="0",
    name="Guild Install",
    where="servers",
    scopes=frozenset({"applications.commands", "bot"}),
    permissions=PERMISSIONS,
)
ACCOUNTS = Way(
    key="1",
    name="User Install",
    where="accounts",
    scopes=frozenset({"applications.commands"}),
    permissions={},
)


class Me(BaseModel):
    """What Discord says of a bot's user."""

    username: str


class Given(BaseModel):
    """What somebody who adds an application gives it."""

    scopes: frozenset[str] = frozenset()
    permissions: int = 0


class Installation(BaseModel):
    """How an application is added in one way."""

    given: Given | None = Field(default=None, alias="oauth2_install_params")


class Application(BaseModel):
    """What Discord says of an application."""

    id: str
    flags: int = 0
    bot_public: bool = True
    bot_require_code_grant: bool = False
    interactions_endpoint_url: str | None = None
    ways: Mapping[str, Installation | None] | None = Field(
        default=None, alias="integration_types_config"
    )

    def portal(self, page: str) -> str:
        """Tell where its operator changes it."""
        return f"https://discord.com/developers/applications/{self.id}/{page}"


class Starts(BaseModel):
    """How many connections a bot may still open, of how many a day."""

    total: int
    remaining: int


class Gateway(BaseModel):
    """What Discord says of the connections that a bot should hold."""

    shards: int
    starts: Starts = Field(alias="session_start_limit")


async def look_at_discord(settings: BotSettings) -> list[Finding]:
    """Look at the bot whose token is configured."""
    if settings.discord_token is None:
        return [Finding(what="Discord", found="off: ZOETROPE_DISCORD_TOKEN is not set")]
    api = _api(settings, settings.discord_token)
    try:
        me, application, gateway = await asyncio.gather(
            asyncio.to_thread(api.ask, "users/@me", Me),
            asyncio.to_thread(api.ask, "applications/@me", Application),
            asyncio.to_thread(api.ask, "gateway/bot", Gateway),
        )
    except Refused:
        return [_refused()]
    except Silent as error:
        return [silent(DISCORD, settings.discord_api_url, str(error))]
    link = f"https://discord.com/oauth2/authorize?client_id={application.id}"
    return [
        Finding(what="Discord", found=f"{me.username}, added with {link}"),
        _added(application, SERVERS),
        _added(application, ACCOUNTS),
        _commands(application),
        _intents(application),
        _shards(settings, gateway),
        look_at_people(DISCORD, settings.policy),
    ]


def _api(settings: BotSettings, token: SecretStr) -> Api:
    return Api(
        name="Discord API",
        base=settings.discord_api_url.rstrip("/"),
        headers={
            "Authorization": f"Bot {token.get_secret_value()}",
            # Who does not say in this form what it is may be turned away.
            "User-Agent": f"DiscordBot (zoetrope, {version('zoetrope')})",
        },
    )


def _refused() -> Finding:
    return Finding(
        what="Discord",
        found="it does not know the token",
        mend="press Reset Token on the Bot page of https://discord.com/developers/applications, and"
        " put what it shows into ZOETROPE_DISCORD_TOKEN",
    )


def _added(application: Application, way: Way) -> Finding:
    what, page = f"Discord {way.where}", application.portal("installation")
    added = (application.ways or {}).get(way.key)
    if added is None:
        found = f"it cannot be added to {way.where}"
        return Finding(what=what, found=found, mend=f"tick {way.name} on {page}")
    if lacks := "; ".join(_lacks(added.given or Given(), way)):
        found = f"who adds it gives it too little: {lacks}"
        mend = f"add that to the Default Install Settings of {way.name} on {page}"
        return Finding(what=what, found=found, mend=mend)
    if way is SERVERS and application.bot_require_code_grant:
        mend = f"switch Requires OAuth2 Code Grant off on {application.portal('bot')}"
        return Finding(what=what, found="adding it ends in an error", mend=mend)
    if application.bot_public:
        return Finding(what=what, found=f"it can be added to {way.where}")
    found = f"only its owner can add it; Public Bot on {application.portal('bot')} lets others"
    return Finding(what=what, found=found)


def _lacks(given: Given, way: Way) -> Iterator[str]:
    if scopes := sorted(way.scopes - given.scopes):
        yield f"no scope {', '.join(scopes)}"
    if given.permissions & ADMINISTRATOR:
        return
    if names := [name for name, bit in way.permissions.items() if not given.permissions & bit]:
        yield f"no permission {', '.join(names)}"


def _commands(application: Application) -> Finding:
    what = "Discord commands"
    if not application.interactions_endpoint_url:
        return Finding(what=what, found="they come to the bot over the connection it opens")
    return Finding(
        what=what,
        found="they go to an Interactions Endpoint URL and not to the bot",
        mend=f"empty that field on {application.portal('information')}",
    )


def _intents(application: Application) -> Finding:
    what = "Discord intents"
    on = [name for name, flags in INTENTS.items() if application.flags & flags]
    if not on:
        return Finding(what=what, found="no privileged one is on, and none is needed")
    where = application.portal("bot")
    found = f"not needed, but on: {', '.join(on)}; {where} switches that off"
    return Finding(what=what, found=found)


def _shards(settings: BotSettings, gateway: Gateway) -> Finding:
    what, starts = "Discord shards", gateway.starts
    count = settings.discord_shard_count or gateway.shards
    found = f"{count}; {starts.remaining} of {starts.total} starts are left today"
    if starts.remaining < gateway.shards:
        mend = "find out why the bot starts so often, and wait: at none Discord resets the token"
        return Finding(what=what, found=found, mend=mend)
    if 0 < settings.discord_shard_count < gateway.shards:
        mend = f"set ZOETROPE_DISCORD_SHARD_COUNT to {gateway.shards}: so many Discord wants"
        return Finding(what=what, found=found, mend=mend)
    return Finding(what=what, found=found)
