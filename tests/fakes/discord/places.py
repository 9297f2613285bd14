"""Where messages are: a guild, its channels and threads, a direct message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.discord import limits, permissions
from tests.fakes.discord.errors import ApiError, closed_dm, missing_access, missing_permissions
from tests.fakes.discord.files import Given
from tests.fakes.discord.messages import Message
from tests.fakes.discord.people import Person

if TYPE_CHECKING:
    from tests.fakes.discord.world import World

TEXT, DM, GROUP_DM, THREAD = 0, 1, 3, 11


@dataclass(slots=True, eq=False, kw_only=True)
class Guild:
    """A server, as people call it.

    Attributes:
        members: the people in it; the first is the owner.
        admins: those who may manage it.
        tier: of its boosts.
        has_bot: whether the bot is in it; people may use it there nevertheless.
    """

    world: World
    id: int
    name: str
    members: list[Person]
    admins: set[Person] = field(default_factory=set[Person])
    tier: int = 0
    locale: str = "en-US"
    has_bot: bool = True
    channels: list[Channel] = field(default_factory=list["Channel"])

    @property
    def owner(self) -> Person:
        return self.members[0]

    @property
    def upload_bytes(self) -> int:
        """How large a file may be here."""
        return limits.UPLOAD_BYTES[self.tier]

    def channel(self, name: str) -> Channel:
        """Open a text channel."""
        channel = self.world.open(TEXT, name, guild=self)
        self.channels.append(channel)
        self.world.tell_of_channel("CHANNEL_CREATE", channel)
        return channel

    def admin(self, *people: Person) -> None:
        """Let people manage the guild."""
        self.admins.update(people)

    def join(self, *people: Person) -> None:
        """Let people come in; the bot does not learn of it."""
        self.members.extend(person for person in people if person not in self.members)

    def add_bot(self) -> None:
        """Let the bot come in."""
        self.has_bot = True
        self.world.tell_of_guild(self)

    def remove_bot(self) -> None:
        """Throw the bot out."""
        self.has_bot = False
        self.world.tell_of_guild(self)

    def may(self, person: Person) -> int:
        """Say what somebody may do in the guild, in bits."""
        if person is self.owner:
            return permissions.ALL
        more = permissions.BITS["manage_guild"] if person in self.admins else 0
        return permissions.EVERYONE | more


@dataclass(slots=True, eq=False, kw_only=True)
class Channel:
    """A channel, a thread, or a direct message, and what people do in it.

    Attributes:
        guild: None for direct messages.
        parent: of a thread.
        recipients: who is in a direct message.
        log: every message there ever was, those that were deleted too.
        denied: what the bot may not do here, in bits.
        allowed: what it may do here besides what everyone may.
        is_closed: whether the person takes no direct messages of the bot.
        typings: how often the bot was shown as typing.
    """

    world: World
    id: int
    kind: int
    name: str
    guild: Guild | None = None
    parent: Channel | None = None
    recipients: list[Person] = field(default_factory=list[Person])
    log: dict[int, Message] = field(default_factory=dict[int, Message])
    threads: list[Channel] = field(default_factory=list["Channel"])
    denied: int = 0
    allowed: int = 0
    is_closed: bool = False
    typings: int = 0

    @property
    def messages(self) -> list[Message]:
        """What everyone in it sees now."""
        return [it for it in self.log.values() if not it.deleted and not it.is_ephemeral]

    @property
    def from_bot(self) -> list[Message]:
        """What everyone in it sees now of the bot's."""
        return [message for message in self.messages if message.by is self.world.bot]

    @property
    def last(self) -> Message:
        """The last message that everyone sees."""
        return self.messages[-1]

    @property
    def people(self) -> list[Person]:
        """Who is in it."""
        return self.guild.members if self.guild else self.recipients

    @property
    def has_bot(self) -> bool:
        """Whether the bot is where it is."""
        return self.guild.has_bot if self.guild else self.world.bot in self.recipients

    @property
    def context(self) -> int:
        """What Discord calls it where commands are used: guild, bot's DM, private channel."""
        if self.guild is not None:
            return 0
        return 1 if self.has_bot else 2

    @property
    def upload_bytes(self) -> int:
        """How large a file may be here."""
        return self.guild.upload_bytes if self.guild else limits.UPLOAD_BYTES[0]

    def find(self, message_id: int) -> Message | None:
        """Find a message that was not deleted."""
        message = self.log.get(message_id)
        return message if message and not message.deleted else None

    def thread(self, name: str) -> Channel:
        """Open a thread."""
        thread = self.world.open(THREAD, name, guild=self.guild, parent=self)
        self.threads.append(thread)
        self.world.tell_of_channel("THREAD_CREATE", thread)
        return thread

    def send(
        self,
        who: Person,
        words: str = "",
        *,
        files: Mapping[str, bytes] | list[Given] | None = None,
        reply_to: Message | None = None,
        ping: bool = True,
    ) -> Message:
        """Let somebody write.

        Args:
            who: writes.
            words: what; mention somebody by their `mention`.
            files: by name, or as they are.
            reply_to: what it answers.
            ping: whether the answer pings who it answers.
        """
        return self.world.say(self, who, words, files=files, reply_to=reply_to, ping=ping)

    def deny(self, *names: str) -> None:
        """Let the bot do less here: view_channel, send_messages, attach_files."""
        self.denied |= permissions.bits(names)
        self.allowed &= ~self.denied
        self.world.tell_of_channel("CHANNEL_UPDATE", self)

    def allow(self, *names: str) -> None:
        """Let the bot do more here."""
        self.allowed |= permissions.bits(names)
        self.denied &= ~self.allowed
        self.world.tell_of_channel("CHANNEL_UPDATE", self)

    def close(self) -> None:
        """Take no direct messages of the bot."""
        self.is_closed = True

    def reopen(self) -> None:
        """Take direct messages of the bot."""
        self.is_closed = False

    def may(self, person: Person) -> int:
        """Say what somebody may do here, in bits; what is denied is denied to the bot alone."""
        if self.guild is None:
            return permissions.EVERYONE
        if person is not self.world.bot or not self.has_bot:
            return self.guild.may(person)
        above = self.parent or self
        return (permissions.EVERYONE | above.allowed | self.allowed) & ~above.denied & ~self.denied

    def refusal(self, *needed: str) -> ApiError | None:
        """Say why the bot cannot do something here."""
        may = self.may(self.world.bot)
        if not self.has_bot or not may & permissions.BITS["view_channel"]:
            return missing_access()
        if self.is_closed and "send_messages" in needed:
            return closed_dm()
        wanted = [self._in_thread(name) for name in needed]
        if all(may & permissions.BITS[name] for name in wanted):
            return None
        return missing_permissions()

    def _in_thread(self, name: str) -> str:
        is_thread = self.kind == THREAD and name == "send_messages"
        return "send_messages_in_threads" if is_thread else name
