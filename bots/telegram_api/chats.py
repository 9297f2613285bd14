"""What updates tell of chats."""

from __future__ import annotations

from typing import Literal

from telegram import Chat, ChatMemberUpdated, Message

_GENERAL_TOPIC = 1
"""Where Telegram names it, it does not take the name back."""
_GONE = ("left", "kicked")


def topic_of(message: Message) -> int | None:
    """Find the topic of a forum that a message is in; a thread of answers is none."""
    topic = message.message_thread_id if message.is_topic_message else None
    return None if topic == _GENERAL_TOPIC else topic


def change_of(changed: ChatMemberUpdated) -> Literal["added", "removed"] | None:
    """Tell whether somebody was added to a group or removed from it."""
    was, is_ = (it.status in _GONE for it in (changed.old_chat_member, changed.new_chat_member))
    if was == is_ or changed.chat.type == Chat.PRIVATE:
        return None
    return "removed" if is_ else "added"
