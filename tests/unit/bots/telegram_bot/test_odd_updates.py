"""Whatever comes instead of an update, reading it stops nothing."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bots.telegram_bot.events import chat_key
from tests.fakes.telegram import FakeTelegram, asking
from tests.fakes.telegram.errors import Json
from tests.fakes.telegram.files import DOCUMENT, VIDEO
from tests.unit.bots.telegram_bot.ear import Ear, a_jpeg, from_bot

Path = tuple[str | int, ...]

ODD = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(),
    some.sampled_from([0, -1, 2**31, 2**63, -(2**63), 10**20, sys.maxsize]),
    some.floats(),
    some.text(max_size=20),
    some.sampled_from(["", "\ud800", "private", "supergroup", "@zoetrope_bot", "mention"]),
    some.just([]),
    some.just({}),
    some.lists(some.integers(), max_size=3),
    some.dictionaries(some.text(max_size=8), some.integers(), max_size=3),
)


@cache
def every_kind_of_update() -> tuple[Json, ...]:
    """Have something of every kind happen on a Telegram."""
    telegram, jpeg = FakeTelegram(), a_jpeg()
    ann, bob = telegram.person("Ann", username="ann_a"), telegram.person("Bob")
    chat, forum = telegram.private(ann), telegram.forum("Friends", members=[bob], admins=[ann])
    others = telegram.group("Others", members=[ann, bob], bot="left")
    photo = chat.send_photo(ann, jpeg, caption="😀 @zoetrope_bot /effect", album="a")
    chat.send_document(ann, jpeg, caption="robot")
    chat.send_media(ann, VIDEO, thumbnail=jpeg)
    chat.send_media(ann, DOCUMENT)
    chat.send_sticker(ann, thumbnail=jpeg)
    chat.write(ann, "/effect@zoetrope_bot robot", reply_to=photo)
    forum.write(bob, "/effect robot", topic=forum.topic("Robots", by=ann))
    forum.forward(ann, photo)
    telegram.tap(ann, from_bot(chat), "Robot")
    asking.ask_inline(telegram.world, ann, "robot", "", chat)
    asking.summon(telegram.world, ann, others, "@zoetrope_bot robot", others.send_photo(bob, jpeg))
    telegram.add_bot(others, by=ann)
    telegram.migrate(telegram.group("Old", members=[ann]))
    chosen = {"result_id": "abc", "from": ann.json(), "query": "", "inline_message_id": "in-1"}
    telegram.world.updates.put("chosen_inline_result", chosen)
    return tuple(json.loads(json.dumps(telegram.world.updates.pending)))


def paths(value: object, here: Path = ()) -> Iterator[Path]:
    """Every place in a JSON value."""
    if here:
        yield here
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*here, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from paths(inner, (*here, number))


def holder(update: Json, path: Path) -> Any:
    found: Any = update
    for step in path[:-1]:
        found = found[step]
    return found


@some.composite
def mutated(draw: some.DrawFn) -> Json:
    """An update of which some things are other than Telegram sends them, or missing, or more."""
    update = copy.deepcopy(draw(some.sampled_from(every_kind_of_update())))
    for _ in range(draw(some.integers(1, 3))):
        there = list(paths(update))
        if not there:
            break
        path = draw(some.sampled_from(there))
        within, key = holder(update, path), path[-1]
        how = draw(some.sampled_from(["other", "missing", "more"]))
        if how == "missing":
            del within[key]
        elif how == "more" and isinstance(within, dict):
            within[draw(some.text(min_size=1, max_size=10))] = draw(ODD)
        else:
            within[key] = draw(ODD)
    return update


@pytest.fixture(scope="module")
def reading() -> Ear:
    return Ear.to(FakeTelegram())


@given(update=mutated())
def test_an_odd_update_is_read_or_left_out(reading: Ear, update: Json) -> None:
    event = reading.reader.read(update)
    if event is not None:
        assert chat_key(event)


@pytest.mark.parametrize("odd", [None, True, 1.5, 10**20, -(2**63), float("inf"), "x", [[]], {}])
def test_one_odd_value_anywhere_is_no_trouble(reading: Ear, odd: object) -> None:
    for update in every_kind_of_update():
        for path in list(paths(update)):
            changed = copy.deepcopy(update)
            holder(changed, path)[path[-1]] = odd
            reading.reader.read(changed)


@given(update=some.dictionaries(some.text(max_size=10), ODD, max_size=4))
def test_what_is_no_update_at_all_is_left_out(reading: Ear, update: Json) -> None:
    assert reading.reader.read(update) is None


@pytest.mark.parametrize("kind", ["edited_message", "channel_post", "poll", "subscription"])
def test_kinds_we_did_not_ask_for_are_left_out(reading: Ear, kind: str) -> None:
    (message,) = [it["message"] for it in every_kind_of_update() if "message" in it][:1]
    assert reading.reader.read({"update_id": 1, kind: message}) is None


def test_fields_of_a_later_bot_api_are_no_trouble(reading: Ear) -> None:
    for update in every_kind_of_update():
        more = copy.deepcopy(update)
        for path in list(paths(update)):
            inner = holder(more, (*path, "x"))
            if isinstance(inner, dict):
                inner["field_of_tomorrow"] = {"is": ["new", 1]}
        assert reading.reader.read(more) == reading.reader.read(update)
