"""What Telegram answers when it does not do something, in the words of the chat side.

The Bot API tells most reasons apart only by their descriptions.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    RetryAfter,
    TelegramError,
)

from bots.errors import (
    BotsError,
    ChatBusy,
    ChatForbidden,
    ChatUnavailable,
    ClipTooLarge,
    MessageGone,
)

_NOTHING_TO_CHANGE = ("message is not modified",)
_MEANT: Mapping[type[BotsError], tuple[str, ...]] = {
    MessageGone: (
        "message to edit not found",
        "message can't be edited",
        "message to delete not found",
        "message can't be deleted",
        "message_id_invalid",
        "group chat was upgraded",
    ),
    ClipTooLarge: ("file is too big", "too large"),
    ChatForbidden: (
        "chat not found",
        "not enough rights",
        "have no rights",
        "need administrator rights",
        "chat_write_forbidden",
        "chat_send_",
        "chat_restricted",
        "channel_private",
        "peer_id_invalid",
        "group chat was deactivated",
        "topic_closed",
        "user is deactivated",
        "bot is not a member",
    ),
}


class GroupMoved(ChatUnavailable):
    """The group has become a supergroup, with the id `chat`; its messages are gone."""

    def __init__(self, chat: int) -> None:
        super().__init__("the group has become a supergroup")
        self.chat = chat


@contextmanager
def translated() -> Generator[None]:
    """Turn the library's errors into ours; an edit that changes nothing is no error.

    Raises:
        ChatBusy, ChatForbidden, ClipTooLarge, MessageGone: it was not done.
        GroupMoved: it was not done, and has to be done elsewhere.
        ChatUnavailable: it may have been done.
    """
    try:
        yield
    except TelegramError as error:
        if _says(error, _NOTHING_TO_CHANGE):
            return
        raise _ours(error) from error


def _ours(error: TelegramError) -> BotsError:
    if isinstance(error, RetryAfter):
        return ChatBusy(seconds_of(error))
    if isinstance(error, ChatMigrated):
        return GroupMoved(error.new_chat_id)
    for meant, phrases in _MEANT.items():
        if _says(error, phrases):
            return meant(error.message)
    if isinstance(error, Forbidden):
        return ChatForbidden(error.message)
    return ChatUnavailable(error.message)


def seconds_of(error: RetryAfter) -> float:
    """Read how long Telegram wants us to wait."""
    wait = error.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()


def _says(error: TelegramError, phrases: tuple[str, ...]) -> bool:
    said = error.message.lower()
    return any(phrase in said for phrase in phrases)


def has_no_text(error: BotsError) -> bool:
    """Tell whether a message could not be given a text because it shows a clip."""
    return _caused_by(error, "there is no text in the message")


def has_no_caption(error: BotsError) -> bool:
    """Tell whether a message could not be given a caption because it shows no clip."""
    return _caused_by(error, "there is no caption in the message")


def has_lost_topic(error: BotsError) -> bool:
    """Tell whether a topic was deleted."""
    return _caused_by(error, "message thread not found")


def has_lost_file(error: BotsError) -> bool:
    """Tell whether a file id is good no longer."""
    return _caused_by(error, "wrong file identifier") or _caused_by(error, "wrong remote file")


def _caused_by(error: BotsError, phrase: str) -> bool:
    cause = error.__cause__
    return isinstance(cause, BadRequest) and _says(cause, (phrase,))
