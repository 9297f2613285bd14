"""Where in Telegram something is, and its name in the rest of the house."""

from __future__ import annotations

from bots.chat import MessageId, Person, PersonId, PlaceId
from bots.desk.where import Where
from bots.telegram_api.addresses import Address, Sent

PLATFORM = "telegram"
_INLINE = "inline:"


def where_in(
    chat: int,
    *,
    topic: int | None = None,
    reply_to: int | None = None,
    inline: str | None = None,
) -> Where:
    """Name a chat, and what is answered there; `inline` is a message that was sent through us."""
    return Where(
        place=place_of(chat),
        is_group=chat < 0,
        room="" if topic is None else str(topic),
        reply_to=None if reply_to is None else message_id(chat, reply_to),
        through=inline,
    )


def private_with(who: PersonId) -> Where:
    """Name somebody's chat with us."""
    return where_in(user_of(who))


def address_of(where: Where) -> Address:
    """Say where messages go."""
    return Address(
        chat=chat_of(where.place),
        topic=int(where.room) if where.room else None,
        reply_to=None if where.reply_to is None else sent_of(where.reply_to).number,
    )


def place_of(chat: int) -> PlaceId:
    """Name a chat."""
    return PlaceId(f"{PLATFORM}:{chat}")


def chat_of(place: PlaceId) -> int:
    """Find the chat of a name."""
    return int(place.removeprefix(f"{PLATFORM}:"))


def person_of(user: int, language: str) -> Person:
    """Name somebody."""
    return Person(id=PersonId(f"{PLATFORM}:{user}"), language=language)


def user_of(person: PersonId) -> int:
    """Find the user of a name."""
    return int(person.removeprefix(f"{PLATFORM}:"))


def message_id(chat: int, number: int) -> MessageId:
    """Name a message in a chat we are in; a group that has moved numbers its messages anew."""
    return MessageId(f"{chat}:{number}")


def inline_message(inline: str) -> MessageId:
    """Name a message that somebody sent through us."""
    return MessageId(_INLINE + inline)


def sent_of(message: MessageId) -> Sent:
    """Find the message of a name."""
    if message.startswith(_INLINE):
        return Sent(inline=message.removeprefix(_INLINE))
    chat, _, number = message.partition(":")
    return Sent(int(chat), int(number))
