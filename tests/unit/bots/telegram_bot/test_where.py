"""Places, people and messages of Telegram by their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bots.telegram_api.addresses import Address, Sent
from bots.telegram_bot.where import (
    address_of,
    chat_of,
    inline_message,
    message_id,
    person_of,
    place_of,
    private_with,
    sent_of,
    user_of,
    where_in,
)

numbers = some.integers(1, 2**52)
chats = some.integers(-(2**52), 2**52)


@given(chat=chats, topic=some.none() | numbers, reply_to=some.none() | numbers)
def test_where_an_answer_goes_is_found_by_its_names(
    chat: int, topic: int | None, reply_to: int | None
) -> None:
    where = where_in(chat, topic=topic, reply_to=reply_to)
    assert address_of(where) == Address(chat=chat, topic=topic, reply_to=reply_to)


@given(chat=chats, topic=some.none() | numbers, reply_to=some.none() | numbers)
def test_where_an_answer_goes_is_read_as_it_was_written_down(
    chat: int, topic: int | None, reply_to: int | None
) -> None:
    where = where_in(chat, topic=topic, reply_to=reply_to, inline="in-1")
    assert where_in(chat).resumed(where.saved()) == where


@pytest.mark.parametrize("chat", [7, -1001])
def test_what_was_written_down_when_messages_had_numbers_leads_to_the_chat(chat: int) -> None:
    written = {"chat": chat, "topic": 3, "reply_to": 5, "turn_into": 7, "inline": "in-1"}
    assert where_in(chat).resumed(written) == where_in(chat)


@given(chat=chats, number=numbers)
def test_chats_people_and_messages_are_found_by_their_names(chat: int, number: int) -> None:
    assert chat_of(place_of(chat)) == chat
    assert user_of(person_of(number, "en").id) == number
    assert sent_of(message_id(chat, number)) == Sent(chat, number)


@given(inline=some.text(min_size=1))
def test_a_message_sent_through_us_is_told_from_one_in_a_chat(inline: str) -> None:
    assert sent_of(inline_message(inline)) == Sent(inline=inline)


@pytest.mark.parametrize(("chat", "is_group"), [(77, False), (-5, True), (-1001, True)])
def test_groups_have_negative_numbers(chat: int, is_group: bool) -> None:
    assert where_in(chat).is_group is is_group
    assert where_in(chat).as_place(admin=True).admin


def test_the_chat_with_somebody_has_their_number() -> None:
    assert private_with(person_of(77, "en").id) == where_in(77)
