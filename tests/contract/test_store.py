"""The store, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, insert, update

from bots.accounts import Usage
from bots.chat import MessageId, Person, PersonId, Placeholder, PlaceId
from bots.errors import StoreUnavailable
from bots.store.database import Database
from bots.store.journal import Journal
from bots.store.ledger import Ledger
from bots.store.people import People
from bots.store.photos import Photos
from bots.store.requests import Request
from bots.store.tables import Base, PersonRow, RequestRow
from engine.jobs.errors import Refused
from engine.jobs.job import Cancelled, Failed, JobId, JobState, MediaKey, Outcome
from engine.jobs.refusal import Refusal, RefusalCode
from tests.job_samples import a_job, success

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ME = PersonId("telegram:4211")
PHOTO = MediaKey("photos/00112233445566778899aabbccddeeff.jpg")


def a_request(name: str = "job-1", **changes: object) -> Request:
    request = Request(
        id=JobId(name),
        bot="web",
        person=Person(id=ME, language="zh"),
        place=PlaceId("web:here"),
        effect="symbiote",
        title={"en": "Symbiote", "zh": "共生体"},
        state=JobState.QUEUED,
        created=NOW,
        job=a_job(name, prompt="🤖 и 共生体"),
        runners_up=("robot", "head_turn"),
    )
    return replace(request, **changes)


def anything(_: Usage) -> None:
    return None


async def test_a_request_comes_back_as_it_was_written(database: Database) -> None:
    journal = Journal(database)
    request = a_request(created=NOW.astimezone(timezone(timedelta(hours=8))))
    assert await journal.accept(request, anything) is None
    assert await journal.get(request.id) == request
    read = await journal.get(request.id)
    assert read is not None
    assert read.created.tzinfo is UTC


async def test_a_request_written_twice_is_the_first_one(database: Database) -> None:
    journal = Journal(database)
    await journal.accept(a_request(), anything)
    known = await journal.accept(a_request(effect="robot"), anything)
    assert known is not None
    assert known.effect == "symbiote"


async def test_a_request_the_rules_refuse_leaves_nothing(database: Database) -> None:
    journal = Journal(database)

    def refuse(_: Usage) -> None:
        raise Refused(Refusal(RefusalCode.PAUSED))

    with pytest.raises(Refused):
        await journal.accept(a_request(), refuse)
    assert await journal.get(JobId("job-1")) is None


async def test_the_rules_see_what_was_used(database: Database) -> None:
    journal, seen = Journal(database), list[Usage]()
    old = a_request("old", created=NOW - timedelta(hours=25))
    for request in (old, a_request("1"), a_request("2", created=NOW + timedelta(minutes=1))):
        await journal.accept(request, seen.append)
    await journal.conclude(JobId("old"), Cancelled(), NOW)
    usage = await People(database).usage(ME, NOW + timedelta(minutes=2))
    assert usage == Usage(made=2, oldest=NOW, waiting=2)
    assert [use.waiting for use in seen] == [0, 1, 2]


async def test_a_limit_holds_against_everyone_at_once(database_url: str) -> None:
    """Each with a connection pool of its own, as processes have."""
    databases = [Database.at(database_url) for _ in range(4)]
    await databases[0].migrate()

    def at_most_three(usage: Usage) -> None:
        if usage.made >= 3:
            raise Refused(Refusal(RefusalCode.DAILY_LIMIT))

    answers = await asyncio.gather(
        *(
            Journal(database).accept(a_request(f"{number}-{turn}"), at_most_three)
            for number, database in enumerate(databases)
            for turn in range(4)
        ),
        return_exceptions=True,
    )
    assert sum(answer is None for answer in answers) == 3
    assert sum(isinstance(answer, Refused) for answer in answers) == 13
    for database in databases:
        await database.close()


async def test_one_ask_at_the_same_moment_is_one_request(database: Database) -> None:
    journal = Journal(database)
    answers = await asyncio.gather(*(journal.accept(a_request(), anything) for _ in range(6)))
    assert sum(answer is None for answer in answers) == 1


@pytest.mark.parametrize(
    ("outcome", "counted"),
    [
        (success(a_job("job-1")), 1),
        (Cancelled(), 1),
        (Failed(error="ours"), 0),
    ],
)
async def test_only_what_was_worked_on_counts(
    database: Database, outcome: Outcome, counted: int
) -> None:
    journal = Journal(database)
    await journal.accept(a_request(), anything)
    assert await journal.conclude(JobId("job-1"), outcome, NOW)
    assert (await People(database).usage(ME, NOW)).made == counted


async def test_the_first_outcome_stays(database: Database) -> None:
    journal = Journal(database)
    await journal.accept(a_request(), anything)
    assert await journal.conclude(JobId("job-1"), Cancelled(), NOW, counted=False)
    assert not await journal.conclude(JobId("job-1"), success(a_job("job-1")), NOW)
    request = await journal.get(JobId("job-1"))
    assert request is not None
    assert (request.state, request.outcome) == (JobState.CANCELLED, Cancelled())


async def test_what_is_undelivered_is_known_by_bot(database: Database) -> None:
    journal = Journal(database)
    for name, bot in (("1", "web"), ("2", "web"), ("3", "telegram")):
        await journal.accept(a_request(name, bot=bot), anything)
    await journal.conclude(JobId("1"), Cancelled(), NOW)
    await journal.set_delivered(JobId("2"), NOW)
    assert await journal.undelivered("web") == ["1"]


async def test_a_placeholder_is_remembered(database: Database) -> None:
    journal = Journal(database)
    await journal.accept(a_request(), anything)
    await journal.set_placeholder(JobId("job-1"), MessageId("99"))
    request = await journal.get(JobId("job-1"))
    assert request is not None
    assert request.placeholder == Placeholder(place=PlaceId("web:here"), message=MessageId("99"))


async def test_of_two_messages_posted_for_a_request_the_first_noted_stays(
    database: Database,
) -> None:
    journal, job = Journal(database), JobId("job-1")
    await journal.accept(a_request(), anything)
    assert await journal.set_placeholder(job, MessageId("1"))
    assert not await journal.set_placeholder(job, MessageId("2"))
    assert await journal.set_placeholder(job, MessageId("1")), "as repeated after a lost answer"
    assert await journal.set_placeholder(job, MessageId("3"), replaces=MessageId("1"))
    assert not await journal.set_placeholder(job, MessageId("4"), replaces=MessageId("1"))
    request = await journal.get(job)
    assert request is not None
    assert request.placeholder == Placeholder(place=PlaceId("web:here"), message=MessageId("3"))


async def test_no_message_is_noted_for_what_is_over(database: Database) -> None:
    journal = Journal(database)
    for name in ("erased", "delivered"):
        await journal.accept(a_request(name), anything)
    await journal.erase(JobId("erased"), NOW)
    await journal.set_delivered(JobId("delivered"), NOW)
    assert not await journal.set_placeholder(JobId("erased"), MessageId("1"))
    assert not await journal.set_placeholder(JobId("delivered"), MessageId("1"))


async def test_an_erased_request_keeps_no_words(database: Database) -> None:
    journal = Journal(database)
    await journal.accept(a_request(), anything)
    await journal.erase(JobId("job-1"), NOW)
    request = await journal.get(JobId("job-1"))
    assert request is not None
    assert (request.erased, request.job, request.outcome) == (True, None, None)
    assert await journal.keeping([JobId("job-1")]) == frozenset()


async def test_a_photo_is_shared_while_another_request_has_it(database: Database) -> None:
    journal = Journal(database)
    request = a_request("1", job=a_job("1", photos=(PHOTO,)))
    await journal.accept(request, anything)
    assert not await journal.shares_photo(request, PHOTO)
    await journal.accept(a_request("2", job=a_job("2", photos=(PHOTO,))), anything)
    assert await journal.shares_photo(request, PHOTO)


async def test_photos_have_owners_and_an_age(database: Database) -> None:
    photos = Photos(database)
    await photos.add(PHOTO, ME, width=640, height=480, now=NOW)
    assert await photos.owned(ME, [PHOTO, MediaKey("photos/x")]) == {PHOTO}
    assert await photos.owned(PersonId("web:other"), [PHOTO]) == frozenset()
    assert await photos.older_than(NOW) == ()
    assert await photos.older_than(NOW + timedelta(seconds=1)) == (PHOTO,)
    await photos.forget([PHOTO])
    assert await photos.known([PHOTO]) == frozenset()


async def test_blocking_and_pausing_are_remembered(database_url: str) -> None:
    database = Database.at(database_url)
    await database.migrate()
    people = People(database)
    for _ in range(2):
        await people.block(ME)
        await people.pause()
    await database.close()
    later = Database.at(database_url)
    assert await People(later).usage(ME, NOW) == Usage(blocked=True, paused=True)
    await People(later).unblock(ME)
    await People(later).resume()
    assert await People(later).usage(ME, NOW) == Usage()
    await later.close()


async def test_the_migrations_make_the_tables_the_code_has(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with database.reading() as session:
        connection = await session.connection()
        assert await connection.run_sync(differences) == []


async def test_requests_of_before_the_ledger_are_kept_and_may_still_be_written(
    database: Database,
) -> None:
    """A process of the version before knows neither the ledger nor what is undeliverable."""
    known_then = {
        "id": "old",
        "bot": "web",
        "person": ME,
        "place": "web:here",
        "language": "en",
        "effect": "symbiote",
        "title": {},
        "state": JobState.QUEUED,
        "counted": True,
        "erased": False,
        "created": NOW,
    }
    async with database.writing() as session:
        await session.execute(insert(PersonRow).values(id=ME, blocked=False))
        await session.execute(insert(RequestRow).values(**known_then))

    journal = Journal(database)
    await journal.conclude(JobId("old"), Failed(error="ours"), NOW)
    request = await journal.get(JobId("old"))
    assert request is not None
    assert (request.state, request.undeliverable) == (JobState.FAILED, False)
    assert await Ledger(database).entries(JobId("old")) == ()


async def test_what_another_version_wrote_does_not_stand_in_the_way(database: Database) -> None:
    journal = Journal(database)
    await journal.accept(a_request(), anything)
    strange = {"job": '{"v": 99}', "outcome": "not JSON"}
    async with database.writing() as session:
        await session.execute(update(RequestRow).values(**strange))
    request = await journal.get(JobId("job-1"))
    assert request is not None
    assert (request.job, request.outcome) == (None, None)


async def test_the_latest_requests_are_the_persons_own_newest_first(database: Database) -> None:
    journal = Journal(database)
    for minute in range(4):
        created = NOW + timedelta(minutes=minute)
        await journal.accept(a_request(str(minute), created=created), anything)
    await journal.accept(a_request("theirs", person=Person(id=PersonId("web:other"))), anything)
    await journal.erase(JobId("2"), NOW)
    assert [request.id for request in await journal.latest(ME, 2)] == ["3", "1"]


async def test_processes_that_start_together_migrate_once(database_url: str) -> None:
    program = (
        "import asyncio, sys\n"
        "from bots.store.database import Database\n"
        "async def main():\n"
        "    database = Database.at(sys.argv[1])\n"
        "    await database.migrate()\n"
        "    await database.close()\n"
        "asyncio.run(main())\n"
    )
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-W", "error", "-c", program, database_url
        )
        for _ in range(3)
    ]
    assert [await process.wait() for process in processes] == [0, 0, 0]
    database = Database.at(database_url)
    assert await People(database).usage(ME, NOW) == Usage()
    await database.close()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite+aiosqlite:////nowhere/zoetrope.db",
        "postgresql+asyncpg://zoetrope@/x?host=/nowhere",
    ],
)
async def test_a_database_that_cannot_be_reached_says_so(url: str) -> None:
    database = Database.at(url)
    with pytest.raises(StoreUnavailable):
        await database.migrate()
    await database.close()


async def test_writers_that_wait_for_a_locked_file_are_told_and_may_try_again(
    tmp_path: Path,
) -> None:
    file = tmp_path / "zoetrope.db"
    database = Database.at(f"sqlite:///{file}?timeout=0.2")
    await database.migrate()
    people = People(database)
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        answers = await asyncio.gather(
            *(people.block(PersonId(f"web:{number}")) for number in range(5)),
            return_exceptions=True,
        )
        other.execute("ROLLBACK")
    other.close()
    assert [type(answer) for answer in answers] == [StoreUnavailable] * 5
    await people.block(ME)
    assert (await people.usage(ME, NOW)).blocked
    await database.close()
