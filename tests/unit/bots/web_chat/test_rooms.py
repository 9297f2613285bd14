"""Mailboxes: what a page that reads slowly still gets."""

from __future__ import annotations

import asyncio

from bots.chat import Message, PlaceId
from bots.store.conversation import Answered
from bots.web_chat.protocol import EntryFrame, NudgeFrame, RemovedFrame
from bots.web_chat.rooms import MOST_SOCKETS, Mailbox, Rooms
from engine.jobs.job import JobId

HERE = PlaceId("web:here")


def step(job: str, progress: float) -> EntryFrame:
    message = Message(text="Rendering", progress=progress)
    return EntryFrame(entry=Answered(job=JobId(job), message=message))


async def test_steps_that_nobody_took_give_way_to_newer_ones() -> None:
    mailbox = Mailbox("en")
    for percent in range(100):
        mailbox.put(step("one", percent / 100))
        mailbox.put(step("two", percent / 100))

    assert await mailbox.take() == step("one", 0.99)
    assert await mailbox.take() == step("two", 0.99)


async def test_what_replaces_nothing_is_kept_in_order() -> None:
    mailbox = Mailbox("en")
    frames = [step("one", 0.5), NudgeFrame(text="a"), NudgeFrame(text="b"), RemovedFrame(job="one")]
    for frame in frames:
        mailbox.put(frame)

    assert [await mailbox.take() for _ in frames] == frames


async def test_a_page_that_falls_too_far_behind_is_given_up() -> None:
    mailbox = Mailbox("en")
    for number in range(1000):
        mailbox.put(NudgeFrame(text=str(number)))

    assert await mailbox.take() is None


async def test_closing_wakes_whoever_waits() -> None:
    mailbox = Mailbox("en")
    waiting = asyncio.create_task(mailbox.take())
    await asyncio.sleep(0)

    mailbox.close()

    assert await waiting is None


async def test_a_frame_goes_to_everyone_in_the_room_and_no_one_else() -> None:
    rooms = Rooms()
    here, also_here = rooms.join(HERE, "en"), rooms.join(HERE, "zh")
    elsewhere = rooms.join(PlaceId("web:elsewhere"), "en")
    assert here is not None
    assert also_here is not None
    assert elsewhere is not None

    rooms.tell(HERE, NudgeFrame(text="hello"))
    elsewhere.close()

    assert await here.take() == await also_here.take() == NudgeFrame(text="hello")
    assert await elsewhere.take() is None


def test_a_room_holds_only_so_many() -> None:
    rooms = Rooms()
    mailboxes = [rooms.join(HERE, "en") for _ in range(MOST_SOCKETS)]

    assert rooms.join(HERE, "en") is None
    assert mailboxes[0] is not None
    rooms.leave(HERE, mailboxes[0])
    assert rooms.join(HERE, "en") is not None
