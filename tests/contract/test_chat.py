"""Chats: what delivery counts on, the same on every platform."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bots.chat import Action, Button, Chat, Message, MessageId, Placeholder, PlaceId, ShownClip
from bots.errors import MessageGone
from bots.store.conversation import Answered, Conversation
from bots.store.database import Database
from bots.web_chat.chat import WebChat
from bots.web_chat.rooms import Rooms
from engine.jobs.job import JobId, MediaKey
from tests.fakes.chat import FakeChat

HERE = PlaceId("web:here")
JOB = JobId("job-1")
QUEUED = Message(text="Queued", buttons=(Button(action=Action.CANCEL, label="Cancel"),))
CLIP = Message(
    text="共生体 🤖",
    clip=ShownClip(
        key=MediaKey("clips/job-1.mp4"), poster=MediaKey("clips/job-1.jpg"), width=512, height=384
    ),
)

QUICK = ShownClip(
    key=MediaKey("clips/job-1:draft.mp4"),
    poster=MediaKey("clips/job-1:draft.jpg"),
    width=512,
    height=384,
)


class Platform(ABC):
    """A chat, and a person's eyes."""

    chat: Chat
    knows_repeats: bool

    @abstractmethod
    async def seen(self) -> list[Message]:
        """Give what is shown in the place, oldest first."""


class Fake(Platform):
    def __init__(self, *, has_nonce: bool) -> None:
        self.chat = self._chat = FakeChat(has_nonce=has_nonce)
        self.knows_repeats = has_nonce

    async def seen(self) -> list[Message]:
        return [message for _, message in self._chat.shown.values()]


class Web(Platform):
    def __init__(self, database: Database) -> None:
        self.chat = self._chat = WebChat(Conversation(database), Rooms())
        self.knows_repeats = True

    async def seen(self) -> list[Message]:
        lines = await self._chat.latest(HERE, limit=100)
        return [line.entry.message for line in lines if isinstance(line.entry, Answered)]


@pytest.fixture(params=["fake", "fake with a nonce", "web"])
async def platform(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Platform]:
    if request.param != "web":
        yield Fake(has_nonce=request.param == "fake with a nonce")
        return
    database = Database.at(f"sqlite+aiosqlite:///{tmp_path / 'zoetrope.db'}")
    await database.migrate()
    yield Web(database)
    await database.close()


async def test_what_is_posted_is_seen(platform: Platform) -> None:
    placeholder = await platform.chat.post(HERE, JOB, QUEUED)
    assert placeholder.place == HERE
    assert await platform.seen() == [QUEUED]


async def test_an_edit_replaces_the_whole_message(platform: Platform) -> None:
    placeholder = await platform.chat.post(HERE, JOB, QUEUED)
    await platform.chat.edit(placeholder, JOB, CLIP)
    assert await platform.seen() == [CLIP]


async def test_an_edit_done_twice_changes_nothing(platform: Platform) -> None:
    placeholder = await platform.chat.post(HERE, JOB, QUEUED)
    for _ in range(2):
        await platform.chat.edit(placeholder, JOB, CLIP)
    assert await platform.seen() == [CLIP]


async def test_progress_gives_way_to_the_clip(platform: Platform) -> None:
    placeholder = await platform.chat.post(HERE, JOB, QUEUED)
    await platform.chat.edit(placeholder, JOB, Message(text="Rendering", progress=0.5))
    assert [message.progress for message in await platform.seen()] == [0.5]
    await platform.chat.edit(placeholder, JOB, CLIP)
    assert await platform.seen() == [CLIP]


async def test_a_first_look_is_shown_with_progress_and_gives_way_to_the_clip(
    platform: Platform,
) -> None:
    placeholder = await platform.chat.post(HERE, JOB, QUEUED)
    for progress in (None, 0.2, 0.5):
        quick = Message(text="Quick", progress=progress, clip=QUICK)
        await platform.chat.edit(placeholder, JOB, quick)
        assert await platform.seen() == [quick]
    await platform.chat.edit(placeholder, JOB, CLIP)
    assert await platform.seen() == [CLIP]


async def test_a_removed_message_is_gone(platform: Platform) -> None:
    placeholder = await platform.chat.post(HERE, JOB, QUEUED)
    for _ in range(2):
        await platform.chat.remove(placeholder, JOB)
    assert await platform.seen() == []
    with pytest.raises(MessageGone):
        await platform.chat.edit(placeholder, JOB, CLIP)


async def test_a_message_that_never_was_is_gone(platform: Platform) -> None:
    nothing = Placeholder(place=HERE, message=MessageId("none"))
    with pytest.raises(MessageGone):
        await platform.chat.edit(nothing, JobId("none"), CLIP)


async def test_a_message_that_is_gone_can_be_replaced_by_a_new_one(platform: Platform) -> None:
    gone = await platform.chat.post(HERE, JOB, QUEUED)
    await platform.chat.remove(gone, JOB)
    placeholder = await platform.chat.post(HERE, JOB, QUEUED, replaces=gone)
    await platform.chat.edit(placeholder, JOB, CLIP)
    assert await platform.seen() == [CLIP]


async def test_a_post_repeated_is_the_same_message_where_the_platform_can_tell(
    platform: Platform,
) -> None:
    posted = [await platform.chat.post(HERE, JOB, QUEUED) for _ in range(2)]
    assert len(await platform.seen()) == len(set(posted))
    assert (posted[0] == posted[1]) is platform.knows_repeats


async def test_messages_of_several_jobs_keep_their_order(platform: Platform) -> None:
    first = await platform.chat.post(HERE, JOB, QUEUED)
    await platform.chat.post(HERE, JobId("job-2"), Message(text="second"))
    await platform.chat.edit(first, JOB, CLIP)
    assert [message.text for message in await platform.seen()] == [CLIP.text, "second"]


async def test_a_message_that_was_just_posted_can_be_changed_for_a_while(
    platform: Platform,
) -> None:
    placeholder = await platform.chat.post(HERE, JOB, QUEUED)
    assert not platform.chat.is_fading(placeholder)


async def test_a_message_can_be_posted_in_place_of_one_that_is_there(platform: Platform) -> None:
    before = await platform.chat.post(HERE, JOB, QUEUED)
    now = await platform.chat.post(HERE, JOB, QUEUED, replaces=before)
    await platform.chat.edit(now, JOB, CLIP)
    if now != before:
        await platform.chat.remove(before, JOB)
    assert await platform.seen() == [CLIP]


async def test_a_nudge_adds_no_clip(platform: Platform) -> None:
    placeholder = await platform.chat.post(HERE, JOB, CLIP)
    await platform.chat.nudge(placeholder, JOB, "Your clip is ready.")
    assert sum(message.clip is not None for message in await platform.seen()) == 1
