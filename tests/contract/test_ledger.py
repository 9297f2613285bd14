"""Credits: each request holds them once, and they are spent or given back once, come what may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from bots.accounts import LedgerKind, Usage
from bots.chat import Person, PersonId, PlaceId
from bots.store.database import Database
from bots.store.journal import Journal
from bots.store.ledger import Balance, Ledger
from bots.store.requests import Request
from engine.jobs.errors import Refused
from engine.jobs.job import TERMINAL, Cancelled, Declined, Failed, JobId, JobState, Succeeded
from engine.jobs.refusal import Refusal, RefusalCode
from tests.job_samples import a_job, success

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=100)
ME = PersonId("telegram:4211")
COST = 10
HELD = [LedgerKind.HOLD]
SPENT = [LedgerKind.HOLD, LedgerKind.SETTLE]
GIVEN_BACK = [LedgerKind.HOLD, LedgerKind.RELEASE]
COLLECTED = [LedgerKind.HOLD, LedgerKind.RELEASE, LedgerKind.SETTLE]
MOST_STEPS = 20

_numbers = count()


def a_request(name: str = "job-1", person: PersonId = ME) -> Request:
    """A clip that takes ten seconds, and so ten credits."""
    return Request(
        id=JobId(name),
        bot="web",
        person=Person(id=person),
        place=PlaceId("web:here"),
        effect="symbiote",
        title={"en": "Symbiote"},
        state=JobState.QUEUED,
        created=NOW,
        job=a_job(name),
    )


def anything(_: Usage) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Books:
    """The journal and the ledger of one database, and what can be done to one request."""

    database: Database
    request: Request

    @property
    def journal(self) -> Journal:
        return Journal(self.database)

    @property
    def job(self) -> JobId:
        return self.request.id

    async def accept(self) -> object:
        return await self.journal.accept(self.request, anything)

    async def succeed(self) -> object:
        return await self.journal.conclude(self.job, success(a_job(self.job)), NOW)

    async def fail(self) -> object:
        return await self.journal.conclude(self.job, Failed(error="ours"), NOW)

    async def refuse(self) -> object:
        outcome = Declined(refusal=Refusal(RefusalCode.NO_FACE))
        return await self.journal.conclude(self.job, outcome, NOW)

    async def cancel(self) -> object:
        return await self.journal.conclude(self.job, Cancelled(), NOW, counted=False)

    async def show(self) -> object:
        return await self.journal.set_delivered(self.job, NOW)

    async def give_up(self) -> object:
        return await self.journal.set_undeliverable(self.job, NOW)

    async def collect(self) -> object:
        return await self.journal.collect(self.job, NOW)

    async def erase(self) -> object:
        return await self.journal.erase(self.job, NOW)

    async def forget_media(self) -> object:
        return await self.journal.forget_media(self.job)

    async def drop(self) -> object:
        return await self.journal.drop(NOW + timedelta(seconds=1), LATER)

    async def kinds(self) -> list[LedgerKind]:
        """What the ledger says of the request, in the order of the kinds' names."""
        entries = await Ledger(self.database).entries(self.job)
        assert {entry.amount for entry in entries} <= {COST}
        return sorted(entry.kind for entry in entries)


Verb = Callable[[Books], Coroutine[object, object, object]]
VERBS = (
    Books.accept,
    Books.succeed,
    Books.fail,
    Books.refuse,
    Books.cancel,
    Books.show,
    Books.give_up,
    Books.collect,
    Books.erase,
    Books.forget_media,
)


STORIES: dict[str, tuple[tuple[Verb, ...], list[LedgerKind]]] = {
    "under way": ((), HELD),
    "made, on its way to the chat": ((Books.succeed,), HELD),
    "seen": ((Books.succeed, Books.show), SPENT),
    "seen twice": ((Books.succeed, Books.show, Books.show), SPENT),
    "seen, then deleted": ((Books.succeed, Books.show, Books.erase), SPENT),
    "failed": ((Books.fail, Books.show), GIVEN_BACK),
    "refused by the engine": ((Books.refuse, Books.show), GIVEN_BACK),
    "cancelled": ((Books.cancel, Books.show), GIVEN_BACK),
    "cancelled and made at the same time": ((Books.cancel, Books.succeed, Books.show), GIVEN_BACK),
    "deleted before it was seen": ((Books.succeed, Books.erase, Books.show), GIVEN_BACK),
    "deleted while it was made": ((Books.erase, Books.show, Books.succeed), GIVEN_BACK),
    "undeliverable": ((Books.succeed, Books.give_up), GIVEN_BACK),
    "undeliverable, then shown after all": ((Books.succeed, Books.give_up, Books.show), GIVEN_BACK),
    "shown, then given up": ((Books.succeed, Books.show, Books.give_up), SPENT),
    "the chat gone while it was made": ((Books.give_up, Books.succeed), GIVEN_BACK),
    "collected later": ((Books.succeed, Books.give_up, Books.collect), COLLECTED),
    "collected twice": ((Books.succeed, Books.give_up, Books.collect, Books.collect), COLLECTED),
    "collected while delivery tries": ((Books.succeed, Books.collect), HELD),
    "seen, then looked up": ((Books.succeed, Books.show, Books.collect), SPENT),
    "undeliverable, deleted, and asked for": (
        (Books.succeed, Books.give_up, Books.erase, Books.collect),
        GIVEN_BACK,
    ),
    "collected too late": (
        (Books.succeed, Books.give_up, Books.forget_media, Books.collect),
        GIVEN_BACK,
    ),
    "never shown, and dropped": ((Books.succeed, Books.drop), GIVEN_BACK),
    "seen, and dropped": ((Books.succeed, Books.show, Books.drop), SPENT),
}


async def test_a_hold_is_closed_by_what_became_of_the_clip(database: Database) -> None:
    for story, (verbs, kinds) in STORIES.items():
        books = Books(database, a_request(story))
        for verb in (Books.accept, *verbs):
            await verb(books)
        assert await books.kinds() == kinds, story


async def test_an_ask_that_is_refused_or_repeated_holds_nothing_more(database: Database) -> None:
    def refuse(_: Usage) -> None:
        raise Refused(Refusal(RefusalCode.PAUSED))

    books = Books(database, a_request())
    with pytest.raises(Refused):
        await books.journal.accept(books.request, refuse)
    assert await books.kinds() == []
    await asyncio.gather(*(books.accept() for _ in range(4)))
    assert await books.kinds() == HELD


async def test_a_draft_is_free(database: Database) -> None:
    draft = a_request("job-1:draft")
    await Journal(database).accept(draft, anything)
    assert [entry.amount for entry in await Ledger(database).entries(draft.id)] == [0]


async def test_a_clip_is_handed_over_only_once_its_delivery_is_over(database: Database) -> None:
    books = Books(database, a_request())
    await books.accept()
    await books.succeed()
    assert await books.collect() is None
    await books.give_up()
    assert isinstance(await books.collect(), Succeeded)
    request = await books.journal.get(books.job)
    assert request is not None
    assert request.undeliverable


async def test_a_persons_balance_is_what_is_held_and_what_was_spent_lately(
    database: Database,
) -> None:
    verbs: list[tuple[Verb, ...]] = [
        (),
        (Books.succeed,),
        (Books.succeed, Books.show),
        (Books.fail,),
        (Books.succeed, Books.give_up, Books.collect),
    ]
    for number, story in enumerate(verbs):
        books = Books(database, a_request(str(number)))
        for verb in (Books.accept, *story):
            await verb(books)
    await Journal(database).accept(a_request("theirs", PersonId("web:other")), anything)
    ledger = Ledger(database)
    assert await ledger.balance(ME, since=NOW) == Balance(held=2 * COST, spent=2 * COST)
    assert await ledger.balance(ME, since=LATER) == Balance(held=2 * COST, spent=0)


async def test_whatever_happens_at_the_same_moment_a_hold_is_closed_once(database_url: str) -> None:
    """Each with a connection pool of its own, as processes have."""
    databases = [Database.at(database_url) for _ in range(4)]
    await databases[0].migrate()
    for turn in range(8):
        books = [Books(database, a_request(str(turn))) for database in databases]
        await books[0].accept()
        await books[0].succeed()
        await asyncio.gather(books[0].show(), books[1].give_up(), books[2].erase(), books[3].show())
        assert await books[0].kinds() in (SPENT, GIVEN_BACK)
    for database in databases:
        await database.close()


class Crash(BaseException):
    """The process ends here: nothing of it may catch this."""


@contextmanager
def crash_at(step: int) -> Generator[Callable[[], bool]]:
    """End what runs at a statement to the database; gives whether it has got that far."""
    taken = 0

    def step_taken(*_: object) -> None:
        nonlocal taken
        taken += 1
        if taken == step:
            raise Crash

    event.listen(Engine, "before_cursor_execute", step_taken)
    try:
        yield lambda: taken >= step
    finally:
        event.remove(Engine, "before_cursor_execute", step_taken)


MADE = (Books.accept, Books.succeed)
LAST_VERBS: list[tuple[tuple[Verb, ...], Verb, list[LedgerKind]]] = [
    ((), Books.accept, HELD),
    ((Books.accept,), Books.fail, GIVEN_BACK),
    (MADE, Books.show, SPENT),
    (MADE, Books.give_up, GIVEN_BACK),
    (MADE, Books.erase, GIVEN_BACK),
    ((*MADE, Books.give_up), Books.collect, COLLECTED),
    (MADE, Books.drop, GIVEN_BACK),
]


async def test_a_crash_between_two_statements_leaves_all_or_nothing(database: Database) -> None:
    for before, verb, kinds in LAST_VERBS:
        await _crashes_everywhere(database, before, verb, kinds)


async def _crashes_everywhere(
    database: Database, before: tuple[Verb, ...], verb: Verb, kinds: list[LedgerKind]
) -> None:
    for step in range(1, MOST_STEPS):
        books = Books(database, a_request(f"{verb.__name__}-{step}"))
        for earlier in before:
            await earlier(books)
        unchanged = await books.kinds(), await books.journal.get(books.job)
        with crash_at(step) as has_crashed, suppress(Crash):
            await verb(books)
        if has_crashed():
            assert (await books.kinds(), await books.journal.get(books.job)) == unchanged
            await verb(books)
        assert await books.kinds() == kinds
        if not has_crashed():
            return
    pytest.fail("it takes more steps than expected")


async def _live_through(books: Books, verbs: list[Verb]) -> None:
    for verb in (Books.accept, *verbs):
        await verb(books)
    kinds, request = await books.kinds(), await books.journal.get(books.job)
    assert request is not None
    assert kinds in (HELD, SPENT, GIVEN_BACK, COLLECTED)
    made = request.state is JobState.SUCCEEDED
    to_be_shown = made and request.delivered is None and not request.erased
    if request.state in TERMINAL and not to_be_shown:
        assert kinds != HELD
    if LedgerKind.SETTLE in kinds:
        assert made
    if kinds == COLLECTED:
        assert request.undeliverable


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(verbs=st.lists(st.sampled_from(VERBS), max_size=9))
def test_each_request_holds_once_and_is_closed_once_in_whatever_order(
    runner: asyncio.Runner, shared: Database, verbs: list[Verb]
) -> None:
    books = Books(shared, a_request(f"job-{next(_numbers)}"))
    runner.run(_live_through(books, verbs))


@pytest.fixture
def runner() -> Generator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def shared(runner: asyncio.Runner, database_url: str) -> Generator[Database]:
    """A database for a test that runs its own loop."""
    database = Database.at(database_url)
    runner.run(database.migrate())
    yield database
    runner.run(database.close())
