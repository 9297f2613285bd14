"""Where an answer goes, written down and read by this version and by others."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as some

from bots.chat import MessageId, PlaceId
from bots.desk.where import Where
from tests.house import House

names = some.text(min_size=1, max_size=20)
wheres = some.builds(
    Where,
    place=names.map(PlaceId),
    is_group=some.booleans(),
    room=some.just("") | names,
    parent=some.just("") | names,
    reply_to=some.none() | names.map(MessageId),
    turn_into=some.none() | names.map(MessageId),
    through=some.none() | names,
)
HERE = Where(place=PlaceId("web:here"))
OLD = {"chat": -5, "topic": 3, "reply_to": 5, "turn_into": 7, "inline": "in-1"}
"""What was written when messages had numbers."""


@given(where=wheres)
def test_what_was_written_down_is_read_back(where: Where) -> None:
    written = json.loads(json.dumps(where.saved()))
    assert Where(place=where.place).resumed(written) == where


def test_what_is_true_of_who_speaks_is_not_kept() -> None:
    where = Where(place=HERE.place, admin=True, moderator=True, roles=frozenset({"1"}), max_bytes=7)
    assert where.saved() == HERE.saved()


def test_what_an_earlier_version_wrote_is_left_out() -> None:
    assert HERE.resumed(OLD) == HERE


def test_what_a_later_version_wrote_is_left_out() -> None:
    assert HERE.resumed({"planet": "Mars", "room": 7, "through": "a token"}) == Where(
        place=HERE.place, through="a token"
    )


async def test_an_answer_in_the_store_is_read_whichever_version_wrote_it(house: House) -> None:
    answers, ask = house.services.answers, await house.submitted()
    group = Where(place=PlaceId("web:group"), is_group=True, reply_to=MessageId("g:1"))
    await answers.put(ask.id, OLD, house.time())
    assert HERE.resumed(await answers.get(ask.id)) == HERE
    await answers.put(ask.id, group.saved(), house.time())
    assert HERE.resumed(await answers.get(ask.id)) == group
