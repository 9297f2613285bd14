"""Everything Telegram knows: people, chats, files, and what the bot has to be told."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from tests.fakes.changes import Changes
from tests.fakes.telegram import privacy
from tests.fakes.telegram.chats import CHANNEL, KICKED, SUPERGROUP, Chat
from tests.fakes.telegram.errors import Json
from tests.fakes.telegram.files import Files
from tests.fakes.telegram.messages import Content, Message, Topic
from tests.fakes.telegram.people import TELEGRAM, Person
from tests.fakes.telegram.profile import Profile
from tests.fakes.telegram.queries import Queries
from tests.fakes.telegram.updates import Updates
from tests.fakes.telegram.wire import message_json


class World:
    """The state of one fake Telegram with one bot.

    Attributes:
        has_privacy: the bot's privacy mode, on unless it is switched off with BotFather.
        inline_feedback: whether the bot is told which inline results were chosen.
    """

    def __init__(self) -> None:
        self.changes = Changes()
        self.updates = Updates(self.changes)
        self.files = Files()
        self.profile = Profile()
        self.queries = Queries()
        self.bot = Person(
            id=7_000_000_001, name="Zoetrope", username="zoetrope_bot", is_bot=True, language=None
        )
        self.token = f"{self.bot.id}:{secrets.token_urlsafe(26)}"
        self.people: list[Person] = []
        self.chats: dict[int, Chat] = {}
        self.inline: dict[str, Message] = {}
        self.has_privacy = True
        self.inline_feedback = True
        self.passed = timedelta()
        self._ids = count(1001)
        self._message_ids = count(101)

    def now(self) -> datetime:
        """Tell the time in this world."""
        return datetime.now(UTC) + self.passed

    def person(self, name: str, username: str | None, language: str | None, *, bot: bool) -> Person:
        """Let someone join Telegram."""
        number = next(self._ids)
        person = Person(id=number, name=name, username=username, language=language, is_bot=bot)
        self.people.append(person)
        return person

    def open(self, kind: str, title: str, status: dict[Person, str], person: Person | None) -> Chat:
        """Open a chat."""
        number = person.id if person else -next(self._ids)
        apart = kind in {SUPERGROUP, CHANNEL}
        ids = count(2) if apart else self._message_ids
        chat = Chat(
            world=self,
            id=number - 10**12 if apart else number,
            kind=kind,
            title=title,
            person=person,
            status=status,
            next_id=lambda: next(ids),
        )
        if not person or self.bot in status:
            self.chats[chat.id] = chat
        return chat

    def new(
        self,
        chat: Chat,
        by: Person,
        content: Content,
        *,
        reply_to: Message | None = None,
        topic: Topic | None = None,
    ) -> Message:
        """Make a message, which nobody sees before it is said."""
        is_channel = chat.kind == CHANNEL
        return Message(
            chat=chat,
            id=chat.next_id(),
            date=self.now(),
            content=content,
            shown=[content],
            by=by,
            author=None if is_channel else by,
            as_chat=chat if is_channel else None,
            reply_to=reply_to,
            topic=topic,
            thread=_thread(chat, reply_to, topic),
        )

    def said(self, message: Message) -> Message:
        """Show a message, and tell the bot of it if it is to know."""
        chat = message.chat
        chat.log.append(message)
        self.tell(message, "channel_post" if chat.kind == CHANNEL else "message")
        if message.by.is_bot:
            chat.last_bot = message.by
        if chat.discussion is not None:
            self._discuss(message, chat.discussion)
        self.changes.announce()
        return message

    def tell(self, message: Message, kind: str) -> None:
        """Tell the bot of a message, if it is to know."""
        if privacy.reaches_bot(self, message):
            self.updates.put(kind, message_json(message))

    def edit(self, message: Message, content: Content) -> None:
        """Show something else in a message."""
        message.content = content
        message.shown.append(content)
        message.edited_at = self.now()
        self.changes.announce()

    def delete(self, message: Message) -> None:
        """Show a message no more."""
        message.deleted = True
        self.changes.announce()

    def let_in(self, chat: Chat, status: str, by: Person) -> None:
        """Change what the bot is in a chat, and tell it."""
        before = chat.status.get(self.bot, "left")
        chat.status[self.bot] = status
        until = {"until_date": 0} if status == KICKED else {}
        self.updates.put("my_chat_member", {
            "chat": chat.json(),
            "from": by.json(),
            "date": int(self.now().timestamp()),
            "old_chat_member": self.member(self.bot, before),
            "new_chat_member": self.member(self.bot, status) | until,
        })  # fmt: skip

    def member(self, person: Person, status: str) -> Json:
        """Say what someone is in a chat."""
        said: Json = {"user": person.json(), "status": status}
        if status == "creator":
            said["is_anonymous"] = False
        if status == "kicked":
            said["until_date"] = 0
        return said | (_ADMIN_RIGHTS if status == "administrator" else {})

    def origin(self, message: Message, *, hidden: bool = False) -> Json:
        """Say where a forwarded message is from."""
        said: Json = {"date": int(message.date.timestamp())}
        if message.chat.kind == CHANNEL:
            channel = {"chat": message.chat.json(), "message_id": message.id}
            return said | {"type": "channel"} | channel
        if hidden:
            return said | {"type": "hidden_user", "sender_user_name": message.by.name}
        return said | {"type": "user", "sender_user": message.by.json()}

    def _discuss(self, post: Message, group: Chat) -> None:
        plain = replace(post.content, markup=None)
        copy = self.new(group, TELEGRAM, plain)
        copy.as_chat = post.chat
        copy.also = {"is_automatic_forward": True, "forward_origin": self.origin(post)}
        self.said(copy)


def _thread(chat: Chat, reply_to: Message | None, topic: Topic | None) -> int | None:
    if topic is not None:
        return topic.id
    if chat.kind != SUPERGROUP or chat.is_forum or reply_to is None:
        return None
    return reply_to.thread or reply_to.id


_ADMIN_RIGHTS: Json = {
    "can_be_edited": False,
    "is_anonymous": False,
    "can_manage_chat": True,
    "can_delete_messages": True,
    "can_manage_video_chats": True,
    "can_restrict_members": False,
    "can_promote_members": False,
    "can_change_info": True,
    "can_invite_users": True,
    "can_post_stories": False,
    "can_edit_stories": False,
    "can_delete_stories": False,
}
