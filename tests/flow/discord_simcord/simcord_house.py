"""A whole Discord bot on Discord as simcord plays it, with a worker that makes clips when told."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import discord
from simcord import ChannelHandle, Env, InteractionResult, MemberActor, ResponseMessage

from bots.beside import beside
from bots.discord_bot.app import put_together
from bots.discord_bot.client import DiscordClient
from bots.services import opened
from bots.settings import BotSettings
from deploy.polling import wait_until
from engine.jobs.presence import Presence
from tests.flow.at_work import EFFECTS, SELFIE, SOON_S, WORKER, AtWork

PHOTO = ("selfie.jpg", SELFIE)
_BUTTON, _LIST = 2, 3

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class SimcordHouse(AtWork):
    """A bot at work on Discord."""

    env: Env

    async def ask(
        self, who: MemberActor, room: ChannelHandle, effect: str = "Robot", **options: object
    ) -> InteractionResult:
        """Ask for an effect of a photo."""
        values = {"photo": PHOTO, "effect": effect} | options
        return await who.slash(room, "effect", **values)

    async def shown(self, asked: InteractionResult, words: str) -> ResponseMessage:
        """Wait until the answer says something."""
        return await self.until(
            lambda: asked.response if asked.response and words in asked.response.content else None
        )

    async def clip(self, asked: InteractionResult) -> ResponseMessage:
        """Wait until the answer is a clip."""
        return await self.until(
            lambda: asked.response if asked.response and asked.response.attachments else None
        )

    async def posted(
        self, room: ChannelHandle, fits: Callable[[discord.Message], bool]
    ) -> discord.Message:
        """Wait until a channel has a message of the bot's that fits."""
        return await self.until(lambda: next(filter(fits, from_bot(room)), None))

    async def until(self, condition: Callable[[], Found | None]) -> Found:
        """Wait for something to be so."""
        found: list[Found] = []

        async def is_so() -> bool:
            seen = condition()
            found.extend([seen] if seen else [])
            return bool(found)

        assert await wait_until(is_so, within_s=SOON_S), "it does not come to be so"
        return found[0]

    async def is_asked_for_nothing(self) -> bool:
        """Tell whether the bot has nothing to make or to show."""
        return not await self.services.journal.undelivered(self.services.bot)

    def pinged(self, room: ChannelHandle) -> list[int]:
        """List whom the bot's own messages in a channel have notified."""
        sent = self.bodies("POST", f"/channels/{room.id}/messages")
        return [user for body in sent for user in body["allowed_mentions"].get("users", ())]

    def bodies(self, method: str, path_ends: str) -> list[Any]:
        """List what the bot has sent to paths that end so."""
        sent = self.env.http_requests
        return [it.json for it in sent if it.method == method and it.path.endswith(path_ends)]


def from_bot(room: ChannelHandle) -> list[discord.Message]:
    """List the bot's messages that everybody sees."""
    return [it for it in room.history() if it.author.bot and not it.flags.ephemeral]


def confided(asked: InteractionResult) -> str:
    """Give what was said to who asked alone."""
    said = [*([asked.response] if asked.response else []), *asked.followups]
    return "\n".join(it.content for it in said if it.ephemeral)


def labels(message: ResponseMessage) -> list[str]:
    """List what is on a message's buttons."""
    parts = [part for row in message.components for part in row["components"]]
    return [part["label"] for part in parts if part["type"] == _BUTTON]


async def files(message: ResponseMessage | discord.Message) -> list[bytes]:
    """Fetch a message's files."""
    return [await file.read() for file in message.attachments]


def choices(listed: ResponseMessage) -> dict[str, str]:
    """Give what a message's list offers: the value of each label."""
    (row, *_) = listed.components
    options: Sequence[dict[str, str]] = row["components"][0]["options"]
    return {option["label"]: option["value"] for option in options}


def lists(form: InteractionResult) -> dict[str, list[dict[str, Any]]]:
    """Give what the lists of a form offer, by their names."""
    assert form.modal is not None
    parts = [label["component"] for label in form.modal["components"]]
    return {part["custom_id"]: part["options"] for part in parts if part["type"] == _LIST}


def left_as_it_is(form: InteractionResult) -> dict[str, object]:
    """Fill in of a form's lists what they show when it opens."""
    return {
        name: [option["value"] for option in options if option.get("default")]
        for name, options in lists(form).items()
    }


@asynccontextmanager
async def a_simcord_house(
    folder: Path, redis_url: str, env: Env, **settings: object
) -> AsyncGenerator[SimcordHouse]:
    """Have a bot take the place of the one before it; its stores are those in the folder."""
    values: dict[str, object] = {
        "data": folder,
        "redis_url": redis_url,
        "allowed_people": ("discord:*",),
    }
    read = BotSettings(_env_file=None, **(values | settings))  # pyright: ignore[reportCallIssue, reportArgumentType]
    async with opened("discord", read, env.now) as services:
        await Presence(services.redis).announce(WORKER, EFFECTS, timedelta(minutes=5))
        client = DiscordClient(shard_count=1)
        serving = put_together(client, services, read)
        await env.restart_bot(client)
        async with beside(_by_its_clock(env, serving.run())):
            yield SimcordHouse(env=env, services=services)


async def _by_its_clock(env: Env, work: Coroutine[None, None, None]) -> None:
    """Work by Discord's clock, but not as what whoever acts on Discord waits for."""
    with env.time_context():
        await work
