"""The web chat's conversation and sessions, on every kind of database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bots.chat import Action, Button, Message, PersonId, PlaceId, ShownClip
from bots.store.conversation import Answered, Asked, Conversation
from bots.store.database import Database
from bots.store.web_sessions import WebSession, WebSessions
from engine.jobs.job import Aspect, JobId, MediaKey

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HERE, ELSEWHERE = PlaceId("web:here"), PlaceId("web:elsewhere")
ME = WebSession(person=PersonId("web:me"), language="en")
A_WEEK = timedelta(days=7)


def asked(job: str) -> Asked:
    return Asked(
        job=JobId(job),
        page_id=f"page-{job}",
        effect="symbiote",
        title={"en": "Symbiote", "zh": "共生体"},
        prompt="🤖",
        photos=(MediaKey("photos/a.jpg"),),
        aspect=Aspect.TALL,
    )


def answered(job: str, text: str = "Queued") -> Answered:
    buttons = (Button(action=Action.CHOOSE, label="Robot", effect="robot"),)
    clip = ShownClip(key=MediaKey("a.mp4"), poster=MediaKey("a.jpg"), width=512, height=288)
    message = Message(text=text, buttons=buttons, progress=0.5, clip=clip)
    return Answered(job=JobId(job), message=message)


async def test_entries_come_back_as_they_were_in_their_order(database: Database) -> None:
    conversation = Conversation(database)
    entries = [asked("one"), answered("one"), asked("two"), answered("two")]
    for entry in entries:
        await conversation.add(HERE, entry, NOW)
    await conversation.add(ELSEWHERE, asked("three"), NOW)

    lines = await conversation.latest(HERE, limit=10)
    before = await conversation.latest(HERE, limit=2, before=lines[3].seq)

    assert [line.entry for line in lines] == entries
    assert [line.entry for line in before] == entries[1:3]
    assert await conversation.latest(HERE, limit=1) == lines[3:]


async def test_an_entry_added_twice_stays_one_where_it_was(database: Database) -> None:
    conversation = Conversation(database)
    for entry in (answered("one"), asked("two"), answered("one", "Again")):
        await conversation.add(HERE, entry, NOW)

    lines = await conversation.latest(HERE, limit=10)

    assert [line.entry for line in lines] == [answered("one", "Again"), asked("two")]


async def test_only_what_is_there_can_be_replaced(database: Database) -> None:
    conversation = Conversation(database)
    await conversation.add(HERE, answered("one"), NOW)

    assert await conversation.replace(HERE, answered("one", "Done"))
    assert not await conversation.replace(ELSEWHERE, answered("one", "Stolen"))
    assert not await conversation.replace(HERE, answered("two", "Nothing"))
    (line,) = await conversation.latest(HERE, limit=10)
    assert line.entry == answered("one", "Done")


async def test_what_was_asked_is_found_by_its_job(database: Database) -> None:
    conversation = Conversation(database)
    await conversation.add(HERE, asked("one"), NOW)

    assert await conversation.asked(HERE, JobId("one")) == asked("one")
    assert await conversation.asked(HERE, JobId("two")) is None
    assert await conversation.asked(ELSEWHERE, JobId("one")) is None


async def test_a_job_is_taken_away_whole_and_only_where_it_is_said(database: Database) -> None:
    conversation = Conversation(database)
    for place in (HERE, ELSEWHERE):
        for entry in (asked("one"), answered("one"), asked("two")):
            await conversation.add(place, entry, NOW)

    await conversation.remove(HERE, JobId("one"))
    await conversation.remove(HERE, JobId("never there"))

    assert [line.entry for line in await conversation.latest(HERE, limit=9)] == [asked("two")]
    assert len(await conversation.latest(ELSEWHERE, limit=9)) == 3


async def test_old_entries_are_forgotten(database: Database) -> None:
    conversation = Conversation(database)
    await conversation.add(HERE, asked("old"), NOW - A_WEEK)
    await conversation.add(HERE, asked("new"), NOW)

    await conversation.forget_before(NOW - A_WEEK / 2)

    assert [line.entry for line in await conversation.latest(HERE, limit=9)] == [asked("new")]


async def test_a_session_is_found_while_it_is_used_now_and_then(database: Database) -> None:
    sessions = WebSessions(database)
    await sessions.add("hash", ME, NOW)

    for week in range(1, 5):
        assert await sessions.find("hash", unseen_for=A_WEEK, now=NOW + week * A_WEEK) == ME
    late = NOW + 4 * A_WEEK + timedelta(days=8)

    assert await sessions.find("hash", unseen_for=A_WEEK, now=late) is None
    assert await sessions.find("other", unseen_for=A_WEEK, now=NOW) is None


async def test_a_session_remembers_the_language(database: Database) -> None:
    sessions = WebSessions(database)
    await sessions.add("hash", ME, NOW)

    await sessions.set_language("hash", "zh")

    session = await sessions.find("hash", unseen_for=A_WEEK, now=NOW)
    assert session == WebSession(person=ME.person, language="zh")


async def test_sessions_nobody_uses_are_dropped(database: Database) -> None:
    sessions = WebSessions(database)
    await sessions.add("old", ME, NOW - A_WEEK)
    await sessions.add("new", ME, NOW)

    await sessions.forget_unseen_since(NOW - A_WEEK / 2)

    assert await sessions.find("old", unseen_for=100 * A_WEEK, now=NOW) is None
    assert await sessions.find("new", unseen_for=A_WEEK, now=NOW) == ME
