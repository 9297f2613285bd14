from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bots.telegram_bot.where import (
    Where,
    chat_of,
    inline_message,
    inline_of,
    message_id,
    numbered,
    person_of,
    place_of,
    user_of,
)

numbers = some.integers(1, 2**52)
chats = some.integers(-(2**52), 2**52)
wheres = some.builds(
    Where,
    chat=chats,
    topic=some.none() | numbers,
    reply_to=some.none() | numbers,
    turn_into=some.none() | numbers,
    inline=some.none() | some.text(min_size=1, max_size=40),
)


@given(where=wheres)
def test_where_an_answer_goes_is_read_as_it_was_written_down(where: Where) -> None:
    assert Where.read(where.saved()) == where


def test_what_a_later_version_wrote_down_is_left_out() -> None:
    assert Where.read({"chat": 7, "planet": "Mars"}) == Where(chat=7)


@given(chat=chats, number=numbers)
def test_chats_people_and_messages_are_found_by_their_names(chat: int, number: int) -> None:
    assert chat_of(place_of(chat)) == chat
    assert user_of(person_of(number, "en").id) == number
    assert numbered(message_id(chat, number)) == (chat, number)
    assert inline_of(message_id(chat, number)) is None


@given(inline=some.text(min_size=1))
def test_a_message_sent_through_us_is_told_from_one_in_a_chat(inline: str) -> None:
    assert inline_of(inline_message(inline)) == inline


@pytest.mark.parametrize(("chat", "is_group"), [(77, False), (-5, True), (-1001, True)])
def test_groups_have_negative_numbers(chat: int, is_group: bool) -> None:
    assert Where(chat=chat).is_group is is_group
    assert Where(chat=chat).as_place(admin=True).admin
