"""The page as a platform: what delivery relies on."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from bots.chat import Action, Button, Message, MessageId, Placeholder, PlaceId
from bots.errors import MessageGone
from bots.store.conversation import Answered, Asked, Conversation
from bots.store.database import Database
from bots.web_chat.chat import WebChat
from bots.web_chat.protocol import EntryFrame, NudgeFrame, RemovedFrame
from bots.web_chat.rooms import Mailbox, Rooms
from engine.jobs.job import JobId

HERE, JOB = PlaceId("web:here"), JobId("job-1")
QUEUED, DONE = Message(text="Queued"), Message(text="Symbiote")
STEP = Message(text="Rendering", progress=0.5)


@pytest.fixture
async def conversation(tmp_path: Path) -> AsyncGenerator[Conversation]:
    database = Database.at(f"sqlite+aiosqlite:///{tmp_path / 'zoetrope.db'}")
    await database.migrate()
    yield Conversation(database)
    await database.close()


@pytest.fixture
def rooms() -> Rooms:
    return Rooms()


@pytest.fixture
def page(rooms: Rooms) -> Mailbox:
    """An open page."""
    mailbox = rooms.join(HERE, "en")
    assert mailbox is not None
    return mailbox


@pytest.fixture
def chat(conversation: Conversation, rooms: Rooms) -> WebChat:
    return WebChat(conversation, rooms)


def showing(message: Message) -> EntryFrame:
    return EntryFrame(entry=Answered(job=JOB, message=message))


async def test_a_message_is_named_after_its_job_and_posting_it_twice_is_once(
    chat: WebChat, conversation: Conversation
) -> None:
    first = await chat.post(HERE, JOB, QUEUED)
    second = await chat.post(HERE, JOB, QUEUED)

    assert first == second == Placeholder(place=HERE, message=MessageId(JOB))
    assert len(await conversation.latest(HERE, limit=9)) == 1


async def test_steps_of_progress_are_shown_and_not_kept(
    chat: WebChat, conversation: Conversation, page: Mailbox
) -> None:
    placeholder = await chat.post(HERE, JOB, QUEUED)
    assert await page.take() == showing(QUEUED)

    await chat.edit(placeholder, JOB, STEP)

    (kept,) = await conversation.latest(HERE, limit=9)
    (shown,) = await chat.latest(HERE, limit=9)
    assert await page.take() == showing(STEP)
    assert kept.entry == showing(QUEUED).entry
    assert shown.entry == showing(STEP).entry


async def test_the_end_replaces_the_progress(
    chat: WebChat, conversation: Conversation, page: Mailbox
) -> None:
    placeholder = await chat.post(HERE, JOB, QUEUED)
    await chat.edit(placeholder, JOB, STEP)
    await chat.edit(placeholder, JOB, DONE)

    (kept,) = await conversation.latest(HERE, limit=9)
    (shown,) = await chat.latest(HERE, limit=9)
    assert await page.take() == showing(DONE)
    assert kept == shown
    assert kept.entry == showing(DONE).entry


async def test_a_message_that_is_gone_cannot_be_edited(chat: WebChat, page: Mailbox) -> None:
    placeholder = await chat.post(HERE, JOB, QUEUED)
    await chat.say(HERE, Asked(job=JOB, page_id="page"))
    await chat.remove(placeholder, JOB)
    await chat.remove(placeholder, JOB)

    with pytest.raises(MessageGone):
        await chat.edit(placeholder, JOB, DONE)

    assert await chat.latest(HERE, limit=9) == ()
    frames = [await page.take() for _ in range(4)]
    assert frames[-2:] == [RemovedFrame(job=JOB), RemovedFrame(job=JOB)]


async def test_a_message_has_the_buttons_that_the_page_has(chat: WebChat, page: Mailbox) -> None:
    buttons = tuple(Button(action=action, label=action) for action in Action)
    await chat.post(HERE, JOB, replace(DONE, buttons=buttons))

    frame = await page.take()
    assert isinstance(frame, EntryFrame)
    assert isinstance(frame.entry, Answered)
    assert [button.action for button in frame.entry.message.buttons] == [
        Action.AGAIN,
        Action.OTHER_EFFECT,
        Action.DETAILS,
        Action.CANCEL,
        Action.DELETE,
        Action.DOWNLOAD,
        Action.CHOOSE,
    ]


async def test_a_message_of_the_page_never_fades(chat: WebChat) -> None:
    assert not chat.is_fading(await chat.post(HERE, JOB, QUEUED))


async def test_a_nudge_is_a_line_for_every_page(chat: WebChat, page: Mailbox) -> None:
    placeholder = Placeholder(place=HERE, message=MessageId(JOB))

    await chat.nudge(placeholder, JOB, "Your clip is ready.")

    assert await page.take() == NudgeFrame(text="Your clip is ready.")
