"""People and chats: who is there, who comes and goes."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fakes.telegram.chats import (
    ADMIN,
    CHANNEL,
    GROUP,
    KICKED,
    LEFT,
    MEMBER,
    OWNER,
    PRIVATE,
    SUPERGROUP,
    Chat,
)
from tests.fakes.telegram.messages import Content
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.world import World


class Cast:
    """Brings people together.

    Attributes:
        world: everything there is to know.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def bot(self) -> Person:
        return self.world.bot

    def person(
        self,
        name: str,
        *,
        username: str | None = None,
        language: str | None = "en",
        is_bot: bool = False,
    ) -> Person:
        """Let someone join Telegram."""
        return self.world.person(name, username, language, bot=is_bot)

    def private(self, person: Person) -> Chat:
        """Open the chat of someone with the bot; twice is the same."""
        if person.id in self.world.chats:
            return self.world.chats[person.id]
        status = {person: MEMBER, self.bot: MEMBER}
        return self.world.open(PRIVATE, person.name, status, person)

    def group(
        self,
        title: str,
        *,
        members: Sequence[Person] = (),
        admins: Sequence[Person] = (),
        bot: str = MEMBER,
    ) -> Chat:
        """Open a basic group; the bot is a "member", an "administrator", or has "left"."""
        return self.world.open(GROUP, title, self._status(members, admins, bot), None)

    def supergroup(
        self,
        title: str,
        *,
        members: Sequence[Person] = (),
        admins: Sequence[Person] = (),
        bot: str = MEMBER,
    ) -> Chat:
        """Open a supergroup."""
        return self.world.open(SUPERGROUP, title, self._status(members, admins, bot), None)

    def forum(
        self,
        title: str,
        *,
        members: Sequence[Person] = (),
        admins: Sequence[Person] = (),
        bot: str = MEMBER,
    ) -> Chat:
        """Open a supergroup with topics, of which it has only the general one yet."""
        chat = self.supergroup(title, members=members, admins=admins, bot=bot)
        chat.is_forum = True
        return chat

    def channel(
        self,
        title: str,
        *,
        members: Sequence[Person] = (),
        admins: Sequence[Person] = (),
        discussion: Chat | None = None,
        bot: str = ADMIN,
    ) -> Chat:
        """Open a channel; what is posted there is discussed in another chat."""
        chat = self.world.open(CHANNEL, title, self._status(members, admins, bot), None)
        chat.discussion = discussion
        return chat

    def elsewhere(self, one: Person, other: Person) -> Chat:
        """Open a private chat of two people, which the bot knows nothing of."""
        return self.world.open(PRIVATE, other.name, {one: MEMBER, other: MEMBER}, other)

    def add_bot(self, chat: Chat, *, by: Person, status: str = MEMBER) -> None:
        """Let the bot into a chat, or make it more than it was."""
        is_new = not chat.has(self.bot)
        self.world.let_in(chat, status, by)
        if is_new and chat.kind in {GROUP, SUPERGROUP}:
            joined = self.world.new(chat, by, Content())
            joined.service["new_chat_members"] = [self.bot.json()]
            self.world.said(joined)

    def remove_bot(self, chat: Chat, *, by: Person) -> None:
        """Throw the bot out of a chat."""
        self.world.let_in(chat, KICKED if chat.kind != GROUP else LEFT, by)

    def join(self, chat: Chat, person: Person) -> None:
        """Let someone come into a group."""
        chat.status[person] = MEMBER
        joined = self.world.new(chat, person, Content())
        joined.service["new_chat_members"] = [person.json()]
        self.world.said(joined)

    def leave(self, chat: Chat, person: Person) -> None:
        """Let someone leave a group."""
        left = self.world.new(chat, person, Content())
        left.service["left_chat_member"] = person.json()
        chat.status[person] = LEFT
        self.world.said(left)

    def forbid(self, chat: Chat) -> None:
        """Let the bot do nothing in a chat: its person blocks it, or an admin bans it."""
        by = chat.person or next(person for person in chat.status if not person.is_bot)
        self.world.let_in(chat, KICKED, by)

    def allow(self, chat: Chat) -> None:
        """Take that back."""
        by = chat.person or next(person for person in chat.status if not person.is_bot)
        self.world.let_in(chat, MEMBER, by)

    def migrate(self, group: Chat) -> Chat:
        """Make a group a supergroup: another chat, where none of the old messages is."""
        assert group.kind == GROUP, f"{group.title} is no basic group"
        owner = next(person for person in group.status if not person.is_bot)
        new = self.world.open(SUPERGROUP, group.title, dict(group.status), None)
        for chat, service in (
            (group, {"migrate_to_chat_id": new.id}),
            (new, {"migrate_from_chat_id": group.id}),
        ):
            message = self.world.new(chat, owner, Content())
            message.service |= service
            self.world.said(message)
        group.migrated_to = new
        return new

    def _status(
        self, members: Sequence[Person], admins: Sequence[Person], bot: str
    ) -> dict[Person, str]:
        status = dict.fromkeys(members, MEMBER) | dict.fromkeys(admins, ADMIN)
        if admins:
            status[admins[0]] = OWNER
        return status | {self.bot: bot}
