"""The fake, as tests use it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from tests.fakes.discord import asking
from tests.fakes.discord.calls import Call
from tests.fakes.discord.cast import Cast
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.interactions import MODAL, Interaction
from tests.fakes.discord.messages import Message
from tests.fakes.discord.people import Person
from tests.fakes.discord.places import Channel
from tests.fakes.discord.server import Server
from tests.fakes.discord.trouble import Trouble
from tests.fakes.discord.world import World

Found = TypeVar("Found")
_WITHIN_S = 10.0


class FakeDiscord(Cast, Trouble):
    """A Discord with one application, people, and the places they share.

    What people do with the bot waits until one of its sessions can be told of it, not for the bot.

    Attributes:
        requests: what the bot asked, in order.
        keep_requests: whether it is remembered at all.
    """

    def __init__(self) -> None:
        Cast.__init__(self, World())
        self.requests: list[Call] = []
        self.keep_requests = True
        self._server = Server(self.world, self._saw)

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncGenerator[FakeDiscord]:
        """Listen on loopback.

        Raises:
            ExceptionGroup: the fake was asked what it does not have, or could not answer.
        """
        discord = cls()
        async with discord._server.running():
            yield discord
        if discord._server.troubles:
            raise ExceptionGroup("the fake could not answer", discord._server.troubles)

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def api_url(self) -> str:
        """What discord.py calls Route.BASE."""
        return f"{self.url}/api/v10"

    @property
    def gateway_url(self) -> str:
        """What discord.py calls DiscordWebSocket.DEFAULT_GATEWAY."""
        return self.gateway.url

    @property
    def cdn_url(self) -> str:
        """What discord.py calls Asset.BASE."""
        return self.world.files.cdn_url

    @property
    def token(self) -> str:
        return self.world.token

    @property
    def application_id(self) -> int:
        return self.world.application_id

    @property
    def expired_as(self) -> int:
        """The code for an interaction's token that is too old: 50027 or 10015."""
        return self.world.expired_as

    @expired_as.setter
    def expired_as(self, code: int) -> None:
        self.world.expired_as = code

    @property
    def gateway(self) -> Gateway:
        return self.world.gateway

    @property
    def keep_files(self) -> bool:
        """Whether the bytes that the bot uploads are remembered."""
        return self.world.files.keeps_bytes

    @keep_files.setter
    def keep_files(self, keep: bool) -> None:
        self.world.files.keeps_bytes = keep

    @property
    def is_connected(self) -> bool:
        """Whether the bot listens to the gateway."""
        return any(it.session is not None for it in self.gateway.connections)

    @property
    def commands(self) -> list[str]:
        """The names of the commands that are registered."""
        return [command["name"] for command in self.world.commands.all]

    async def slash(
        self, who: Person, channel: Channel, command: str, /, **options: Any
    ) -> Interaction:
        """Use a command: "effect", or "challenge new" for one inside another.

        Args:
            who: uses it.
            channel: where.
            command: its name.
            options: values by name; bytes or an Upload for a file, a Person, a Channel.

        Raises:
            AssertionError: such a command cannot be used so.
        """
        await self._somebody_listens(channel)
        return asking.slash(self.world, who, channel, command, options)

    async def suggestions(
        self, who: Person, channel: Channel, command: str, /, **options: Any
    ) -> list[tuple[str, str | int | float]]:
        """Begin to write a command, and see what is suggested for its last option.

        Raises:
            AssertionError: the bot suggests nothing.
        """
        await self._somebody_listens(channel)
        asked = asking.slash(self.world, who, channel, command, options, focused=[*options][-1])
        await self.until(lambda: asked.acknowledged_s is not None)
        return asked.choices

    async def menu(self, who: Person, command: str, message: Message) -> Interaction:
        """Use a command of a message's menu."""
        await self._somebody_listens(message.channel)
        return asking.menu(self.world, who, command, message)

    async def user_menu(
        self, who: Person, channel: Channel, command: str, target: Person
    ) -> Interaction:
        """Use a command of a person's menu."""
        await self._somebody_listens(channel)
        return asking.user_menu(self.world, who, channel, command, target)

    async def press(self, who: Person, message: Message, label: str) -> Interaction:
        """Press a button, by what stands on it or a part of that."""
        await self._somebody_listens(message.channel)
        return asking.press(self.world, who, message, label)

    async def choose(self, who: Person, message: Message, *options: str) -> Interaction:
        """Choose options of a select, by their values or by what stands on them."""
        await self._somebody_listens(message.channel)
        return asking.choose(self.world, who, message, list(options))

    async def fill(
        self, who: Person, interaction: Interaction, values: Mapping[str, Any]
    ) -> Interaction:
        """Wait for the dialogue that answers an interaction, and send it filled in.

        Args:
            who: fills it in.
            interaction: opens it.
            values: by what stands above each field; several files or options as a list.

        Raises:
            AssertionError: there is no dialogue, or it cannot be filled in so.
        """
        await self.until(lambda: interaction.response_type == MODAL)
        await self._somebody_listens(interaction.channel)
        return asking.fill(self.world, who, interaction, values)

    def sees(self, who: Person, channel: Channel) -> list[Message]:
        """List what somebody sees in a channel, with what only they see."""
        return asking.seen_by(who, channel)

    def calls(self, route: str) -> list[Call]:
        """List what the bot asked of one route."""
        return [call for call in self.requests if call.route == route]

    async def until(
        self, condition: Callable[[], Found | None], *, within_s: float = _WITHIN_S
    ) -> Found:
        """Wait until something is so, and give what the condition gave.

        Raises:
            AssertionError: it never was; says what the channels show.
        """
        return await self.world.changes.until(condition, within_s=within_s, shown=self.shown)

    def shown(self) -> str:
        """Say what every channel shows and what the bot asked last, for who reads failures."""
        lines = [
            f"{it.name}: {[message for message in it.log.values() if not message.deleted]}"
            for it in self.world.channels.values()
        ]
        asked = [f"{call.route} {call.status} {call.error or ''}" for call in self.requests[-12:]]
        return "\n".join([*lines, *asked])

    async def _somebody_listens(self, channel: Channel) -> None:
        guild_id = channel.guild.id if channel.guild else None
        await self.until(lambda: self.world.gateway.sessions_for(guild_id))

    def _saw(self, call: Call) -> None:
        if self.keep_requests:
            self.requests.append(call)
