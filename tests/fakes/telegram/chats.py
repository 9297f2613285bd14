"""Where messages are: a private chat, a group, a supergroup with or without topics, a channel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.telegram import limits
from tests.fakes.telegram.acts import Acts
from tests.fakes.telegram.errors import ApiError, Json, bad_request, forbidden, upgraded
from tests.fakes.telegram.messages import Message, Topic
from tests.fakes.telegram.people import Person

if TYPE_CHECKING:
    from tests.fakes.telegram.world import World

PRIVATE, GROUP, SUPERGROUP, CHANNEL = "private", "group", "supergroup", "channel"
MEMBER, ADMIN, OWNER, LEFT, KICKED = "member", "administrator", "creator", "left", "kicked"
PRESENT = (MEMBER, ADMIN, OWNER)


@dataclass(slots=True, eq=False, kw_only=True)
class Chat(Acts):
    """A chat, and what people do in it.

    Attributes:
        person: of a private chat with the bot.
        status: of everyone who is or was in it, the bot included.
        log: every message there ever was, those that were deleted too.
        topics: of a forum, by id.
        discussion: of a channel.
        actions: what the bot was said to be doing: typing, upload_video.
        last_bot: the bot that spoke last.
    """

    world: World
    id: int
    kind: str
    title: str
    person: Person | None = None
    username: str | None = None
    is_forum: bool = False
    status: dict[Person, str] = field(default_factory=dict[Person, str])
    log: list[Message] = field(default_factory=list[Message])
    topics: dict[int, Topic] = field(default_factory=dict[int, Topic])
    discussion: Chat | None = None
    migrated_to: Chat | None = None
    actions: list[str] = field(default_factory=list[str])
    last_bot: Person | None = None
    next_id: Callable[[], int]

    @property
    def messages(self) -> list[Message]:
        """What is visible now."""
        return [message for message in self.log if not message.deleted]

    @property
    def from_bot(self) -> list[Message]:
        """What is visible now of the bot's."""
        return [message for message in self.messages if message.by is self.world.bot]

    @property
    def last(self) -> Message:
        """The last visible message."""
        return self.messages[-1]

    def find(self, message_id: int) -> Message | None:
        """Find a visible message."""
        return next((m for m in self.messages if m.id == message_id), None)

    def has(self, person: Person) -> bool:
        """Say whether someone is in it."""
        return self.status.get(person) in PRESENT

    def is_admin(self, person: Person) -> bool:
        """Say whether someone may do everything in it."""
        return self.status.get(person) in {ADMIN, OWNER}

    def can_delete(self, message: Message, by: Person) -> str | None:
        """Say why someone may not delete a message."""
        young = self.world.now() - message.date < limits.DELETABLE_FOR
        is_own = message.by is by or (self.kind == PRIVATE and not message.service)
        if by is not self.world.bot:
            return None if is_own or self.is_admin(by) else "message can't be deleted"
        if self.kind != PRIVATE and self.is_admin(by):
            return None
        if not is_own:
            return "message can't be deleted"
        return None if young else "message can't be deleted for everyone"

    def refusal(self) -> ApiError | None:
        """Say why the bot can do nothing here."""
        if self.migrated_to is not None:
            return upgraded(self.migrated_to.id)
        status = self.status.get(self.world.bot, LEFT)
        if status in PRESENT:
            return None
        if self.kind == PRIVATE:
            return forbidden("bot was blocked by the user")
        if status == KICKED:
            return forbidden(f"bot was kicked from the {_NAMES[self.kind]} chat")
        return forbidden(f"bot is not a member of the {_NAMES[self.kind]} chat")

    def thread(self, thread: int | None) -> Topic | None:
        """Find the topic that the bot names.

        Raises:
            ApiError: there is none, or it is closed.
        """
        if thread is None:
            return None
        topic = self.topics.get(thread)
        if topic is None and (self.is_forum or self.find(thread) is None):
            raise bad_request("message thread not found")
        if topic is not None and topic.is_closed and not self.is_admin(self.world.bot):
            raise bad_request("TOPIC_CLOSED")
        return topic

    def json(self) -> Json:
        """Say which it is, as messages do."""
        said: Json = {"id": self.id, "type": self.kind}
        if self.person is not None:
            said["first_name"] = self.person.name
        else:
            said["title"] = self.title
        username = self.person.username if self.person else self.username
        if username:
            said["username"] = username
        return said | ({"is_forum": True} if self.is_forum else {})


_NAMES = {GROUP: "group", SUPERGROUP: "supergroup", CHANNEL: "channel"}
