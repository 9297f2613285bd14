"""What is said comes out as it went in."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np

from engine.effects.group.wire import Message, packed, read, unpacked, write
from engine.pipelines.longer.script import Script
from engine.pipelines.take import Take

PICTURES = np.random.default_rng(0).integers(0, 255, (4, 32, 48, 3)).astype(np.uint8)
TAKE = Take(
    prompt='it melts\nand says "ü"',
    width=48,
    height=32,
    frames=9,
    fps=16,
    steps=2,
    guidance=1.5,
    shift=3.0,
    seed=2**40,
    pictures={0: PICTURES[0], 8: PICTURES[1]},
)


def sent(*messages: Message) -> BytesIO:
    pipe = BytesIO()
    for each in messages:
        write(pipe, each)
    pipe.seek(0)
    return pipe


def test_a_script_arrives_as_it_was_sent() -> None:
    script = Script(shots=(TAKE, replace(TAKE, pictures={}, before=PICTURES[2:])), longest=81)
    told, pixels = packed(script)

    message = read(sent(Message(what="film", film=3, told=told, pixels=pixels)))

    assert message is not None
    assert (message.what, message.film) == ("film", 3)
    first, second = unpacked(message.told, message.pixels).shots
    plain = replace(TAKE, pictures={})
    assert (replace(first, pictures={}), replace(second, before=None)) == (plain, plain)
    assert sorted(first.pictures) == [0, 8]
    assert np.array_equal(first.pictures[8], PICTURES[1])
    assert second.before is not None
    assert np.array_equal(second.before, PICTURES[2:])


def test_what_a_take_moves_as_arrives_with_it() -> None:
    script = Script(shots=(replace(TAKE, motion=PICTURES),), longest=81)
    told, pixels = packed(script)

    message = read(sent(Message(what="film", told=told, pixels=pixels)))

    assert message is not None
    (take,) = unpacked(message.told, message.pixels).shots
    assert take.motion is not None
    assert np.array_equal(take.motion, PICTURES)
    assert take.before is None


def test_messages_come_in_order_and_then_nothing() -> None:
    pipe = sent(Message(what="go", told={"on": True}), Message(what="go", film=2))

    said = [read(pipe), read(pipe)]

    assert [each.film for each in said if each is not None] == [0, 2]
    assert read(pipe) is None


def test_a_message_that_is_cut_short_is_none() -> None:
    whole = sent(Message(what="film", pixels=[PICTURES[0]])).getvalue()

    assert read(BytesIO(whole[:-1])) is None
    assert read(BytesIO(whole[:10])) is None
