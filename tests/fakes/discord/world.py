"""Everything Discord knows: people, guilds, messages, files, and what the bot has to be told."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TypeVar

from tests.fakes.changes import Changes
from tests.fakes.discord import limits
from tests.fakes.discord.clock import Clock
from tests.fakes.discord.commands import Commands
from tests.fakes.discord.errors import Json
from tests.fakes.discord.files import Files, Given, Upload
from tests.fakes.discord.gateway import (
    DIRECT_MESSAGES,
    GUILD_MESSAGES,
    GUILDS,
    MESSAGE_CONTENT,
    Gateway,
)
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.messages import Content, Message
from tests.fakes.discord.people import Person
from tests.fakes.discord.places import DM, Channel, Guild
from tests.fakes.discord.wire import (
    channel_json,
    event_json,
    guild_create_json,
    is_open_to_bot,
    mentioned,
    message_json,
)

Name = TypeVar("Name")
Kept = TypeVar("Kept")
_REMEMBERED_S = 2 * 3600


class World:
    """The state of one fake Discord with one application.

    Attributes:
        interactions: by their tokens.
        nonces: what was sent with a nonce that must not be sent twice, and until when.
        expired_as: the code that says that an interaction's token is too old: 50027 or 10015.
    """

    def __init__(self) -> None:
        self.changes = Changes()
        self.clock = Clock()
        self.files = Files(self.clock)
        self.gateway = Gateway(self)
        self.commands = Commands(self.clock)
        self.application_id = self.clock.new_id()
        self.bot = Person(id=self.application_id, name="Zoetrope", is_bot=True)
        self.token = f"{self.application_id}.{secrets.token_urlsafe(24)}"
        self.people: dict[int, Person] = {self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.interactions: dict[str, Interaction] = {}
        self.nonces: dict[tuple[int, str], tuple[float, Message]] = {}
        self.expired_as = 50027
        self._dms: dict[int, Channel] = {}

    def person(self, name: str, locale: str, avatar: bytes | None) -> Person:
        """Let someone join Discord."""
        person = Person(id=self.clock.new_id(), name=name, locale=locale, avatar=avatar)
        self.people[person.id] = person
        return person

    def dm(self, person: Person) -> Channel:
        """Find the direct messages of someone with the bot; twice is the same."""
        if person.id not in self._dms:
            self._dms[person.id] = self.open(DM, person.name, recipients=(person, self.bot))
        return self._dms[person.id]

    def open(
        self,
        kind: int,
        name: str,
        *,
        guild: Guild | None = None,
        parent: Channel | None = None,
        recipients: tuple[Person, ...] = (),
    ) -> Channel:
        """Open a channel."""
        channel = Channel(
            world=self,
            id=self.clock.new_id(),
            kind=kind,
            name=name,
            guild=guild,
            parent=parent,
            recipients=list(recipients),
        )
        self.channels[channel.id] = channel
        return channel

    def say(
        self,
        channel: Channel,
        who: Person,
        words: str,
        *,
        files: Mapping[str, bytes] | list[Given] | None = None,
        reply_to: Message | None = None,
        ping: bool = True,
    ) -> Message:
        """Let a person write."""
        assert who in channel.people, f"{who.name} is not in {channel.name}"
        if isinstance(files, Mapping):
            files = [Upload(name=name, data=data) for name, data in files.items()]
        folder = f"attachments/{channel.id}"
        kept = tuple(self.files.keep(file, folder) for file in files or [])
        message = self.new(channel, who, Content(words=words, attachments=kept))
        message.reference = reply_to
        pinged = mentioned(self, message.content_now)
        pinged += [reply_to.by] if reply_to is not None and _pings(reply_to, ping) else []
        message.mentions = [person.name for person in dict.fromkeys(pinged)]
        return self.said(message)

    def new(self, channel: Channel, by: Person, content: Content) -> Message:
        """Make a message, which nobody sees before it is said."""
        now = self.clock.now()
        return Message(
            channel=channel,
            id=self.clock.new_id(),
            at=now,
            content_now=content,
            shown=[content],
            by=by,
            owners={"0": str(channel.guild.id if channel.guild else 0)},
        )

    def said(self, message: Message) -> Message:
        """Show a message, and tell the bot of it if it is to know."""
        message.channel.log[message.id] = message
        self._tell_of_message("MESSAGE_CREATE", message)
        return message

    def edit(self, message: Message, content: Content) -> None:
        """Show something else in a message."""
        message.content_now = content
        message.shown.append(content)
        message.is_loading = False
        message.edited_at = self.clock.now()
        self._tell_of_message("MESSAGE_UPDATE", message)

    def delete(self, message: Message) -> None:
        """Show a message no more."""
        message.deleted = True
        gone = {"id": str(message.id), "channel_id": str(message.channel.id)}
        self._tell_of_message("MESSAGE_DELETE", message, gone)

    def read(self, message: Message) -> Json:
        """Write a message for the bot, which sees all of it only if it may."""
        is_granted = bool(self.gateway.privileged & MESSAGE_CONTENT)
        return message_json(message, in_full=is_granted or is_open_to_bot(message))

    def sent_before(self, channel: Channel, nonce: str) -> Message | None:
        """Find what the bot sent a short while ago with a nonce."""
        until, message = self.nonces.get((channel.id, nonce), (0.0, None))
        return message if self.clock.seconds() < until else None

    def remember_nonce(self, message: Message) -> None:
        """Let the nonce of a message stand for it for a while."""
        until = self.clock.seconds() + limits.NONCE_LIVES_FOR.total_seconds()
        self.nonces[message.channel.id, str(message.nonce)] = (until, message)
        _forget(self.nonces, lambda kept: kept[0] < self.clock.seconds())

    def remember(self, interaction: Interaction) -> None:
        """Let the token of an interaction stand for it."""
        self.interactions[interaction.token] = interaction
        _forget(self.interactions, lambda kept: kept.age_s > _REMEMBERED_S)

    def pass_time(self, passed: timedelta) -> None:
        """Put the clock forward."""
        self.clock.passed += passed

    def tell_of_channel(self, event: str, channel: Channel) -> None:
        """Tell the bot of a channel of a guild it is in."""
        if channel.guild is not None and channel.guild.has_bot:
            guild_id = channel.guild.id
            self.gateway.tell(
                event, lambda: channel_json(channel), guild_id=guild_id, intents=GUILDS
            )
            self.changes.announce()

    def tell_of_guild(self, guild: Guild) -> None:
        """Tell the bot that it came into a guild, or was thrown out."""
        event = "GUILD_CREATE" if guild.has_bot else "GUILD_DELETE"

        def data() -> Json:
            return guild_create_json(guild) if guild.has_bot else {"id": str(guild.id)}

        self.gateway.tell(event, data, guild_id=guild.id, intents=GUILDS)
        self.changes.announce()

    def _tell_of_message(self, event: str, message: Message, data: Json | None = None) -> None:
        self.changes.announce()
        channel = message.channel
        if message.is_ephemeral or channel.refusal() is not None:
            return
        guild_id = channel.guild.id if channel.guild else None
        if guild_id is not None and data is not None:
            data |= {"guild_id": str(guild_id)}
        is_open = data is not None or is_open_to_bot(message)
        self.gateway.tell(
            event,
            lambda: data or event_json(message),
            guild_id=guild_id,
            intents=DIRECT_MESSAGES if guild_id is None else GUILD_MESSAGES,
            unread=None if is_open else lambda: event_json(message, in_full=False),
        )


def _pings(answered: Message, ping: bool) -> bool:
    """Say whether who is answered is pinged: never the bot, for its answer to an interaction."""
    return ping and answered.asked is None


def _forget(kept: dict[Name, Kept], is_old: Callable[[Kept], bool]) -> None:
    """Forget the first of what is kept in order, as far as it is old."""
    while is_old(kept[first := next(iter(kept))]):
        del kept[first]
