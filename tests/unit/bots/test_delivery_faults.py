"""Every fault at every call of every way a message can go: the end is seen, and once.

The calls to the platform that showing one request takes are counted, and the same way is gone
again with a fault at the first of them, at the second, and so on; likewise a crash at each step.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from bots.accounts import LedgerKind
from engine.jobs.job import Cancelled, Declined, Failed, Job, JobId, Outcome, Progress
from engine.jobs.refusal import Refusal, RefusalCode
from tests.fakes.chat import DELETIONS, Fault
from tests.house import House, a_house
from tests.job_samples import success
from tests.unit.bots.crashes import breakdowns, crashes
from tests.unit.bots.delivery_process import BotProcess
from tests.valkey import ValkeyProcess

MOST_STEPS = 80


class Way(Enum):
    """How far the placeholder comes before the job ends."""

    OPENED = "opened"
    DELETED = "opened, and deleted by the person"
    NEVER_OPENED = "never opened"
    WITHDRAWN = "opened, and the request deleted"
    FADING = "opened in a message that can soon be changed no more"
    WAITING = "the same, and no other message can be posted"
    REOPENED = "opened, and asked for in another message"


MOVES = (Way.FADING, Way.WAITING, Way.REOPENED)

OUTCOMES: Mapping[str, Callable[[Job], Outcome]] = {
    "succeeded": success,
    "refused": lambda _: Declined(refusal=Refusal(RefusalCode.NO_FACE)),
    "failed": lambda _: Failed(error="a stack trace"),
    "cancelled": lambda _: Cancelled(),
}


@pytest.fixture
async def house(tmp_path: Path, valkey: ValkeyProcess, redis: Redis) -> AsyncGenerator[House]:
    """A bot that any number of requests may be made of."""
    async with a_house(tmp_path, valkey.url, daily_limit=1_000_000) as house:
        yield house


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request, where it is shown, and what happens on the way.

    `faults` are those of the first calls to the platform. At `crashes`, which count steps, the
    process ends; at `breakdowns`, which count statements, the database does not answer.
    """

    way: Way
    outcome: str
    faults: tuple[Fault | None, ...] = ()
    crashes: frozenset[int] = frozenset()
    breakdowns: frozenset[int] = frozenset()
    has_nonce: bool = False
    takes_clips: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A case that is over: its job, and what of it came to pass."""

    case: Case
    job: JobId
    faults: tuple[Fault | None, ...]
    crashes: int
    breakdowns: int

    @property
    def is_complete(self) -> bool:
        came = (len(self.faults), self.crashes, self.breakdowns)
        case = self.case
        return came == (len(case.faults), len(case.crashes), len(case.breakdowns))

    @property
    def deletions(self) -> int:
        return sum(fault in DELETIONS for fault in self.faults) + (self.case.way is Way.DELETED)

    @property
    def most_strays(self) -> int:
        """How many posts nobody could know of, or were replaced and could not be removed."""
        if self.case.way in MOVES:
            return sum(map(bool, self.faults)) + self.crashes + self.breakdowns
        if self.case.has_nonce and self.case.way is not Way.WITHDRAWN:
            return 0  # it was posted again, which gave the same one
        return self.faults.count(Fault.REPLY_LOST) + self.crashes


async def play(house: House, case: Case) -> Played:
    """Show a request from its ask to its end."""
    chat = house.chat
    chat.has_nonce, chat.takes_clips = case.has_nonce, case.takes_clips
    chat.closed.clear()
    job = (await house.submitted()).id
    chat.coming.clear()
    chat.coming.extend(case.faults)
    with crashes(chat, case.crashes) as ended, breakdowns(case.breakdowns) as failed:
        await _show(house, case, BotProcess(house, job), job)
    return Played(
        case=case,
        job=job,
        faults=case.faults[: len(case.faults) - len(chat.coming)],
        crashes=ended.happened,
        breakdowns=failed.happened,
    )


async def _show(house: House, case: Case, bot: BotProcess, job: JobId) -> None:
    if case.way is not Way.NEVER_OPENED:
        await bot.open()
    if case.way is Way.DELETED:
        house.chat.delete(job)
    claim = await house.claim()
    for fraction in (0.1, 0.6):
        bot.memory.progress = Progress(job=job, stage="rendering", fraction=fraction)
        await bot.look()
        await _interfere(house, case, bot, job)
    if case.way is Way.WITHDRAWN:
        await house.services.studio.delete(house.me, job)
    outcome = OUTCOMES[case.outcome](claim.job)
    assert await house.services.queue.finish(claim, outcome)
    await house.services.journal.conclude(job, outcome, house.time())
    await bot.look_until_over()


async def _interfere(house: House, case: Case, bot: BotProcess, job: JobId) -> None:
    """Have the message replaced after progress was shown in it."""
    if case.way is Way.REOPENED:
        await bot.reopen()
    if case.way in (Way.FADING, Way.WAITING):
        house.chat.fade(job)
    if case.way is Way.WAITING and (await house.request(job)).placeholder is not None:
        house.chat.closed.add(house.here.id)


async def check(house: House, played: Played) -> None:
    """Hold what has been played to what always holds."""
    case, chat, messages = played.case, house.chat, house.chat.messages(played.job)
    request = await house.request(played.job)
    made = case.outcome == "succeeded" and not request.erased
    if request.erased:
        assert chat.clips(played.job) == 0
        assert len(messages) <= played.most_strays + played.faults.count(Fault.FORBIDDEN)
    elif request.undeliverable:
        too_large = made and not case.takes_clips
        deletions = played.deletions + (case.way is Way.WAITING)
        assert Fault.FORBIDDEN in played.faults or deletions > 1 or too_large
    elif made:
        assert chat.clips(played.job) == 1 or played.job in chat.deleted_clips
    else:
        assert messages or played.deletions
    assert chat.most_clips[played.job] <= 1
    assert len(messages) <= 1 + played.most_strays
    entries = await house.services.ledger.entries(played.job)
    closing = LedgerKind.SETTLE if made and not request.undeliverable else LedgerKind.RELEASE
    assert [entry.kind for entry in entries] == [LedgerKind.HOLD, closing]


async def is_played_well(house: House, case: Case) -> bool:
    """Play a case and check it; False if it was over before all of it came to pass."""
    played = await play(house, case)
    await check(house, played)
    return played.is_complete


@pytest.mark.parametrize(
    ("way", "outcome"), [*[(way, "succeeded") for way in Way], (Way.OPENED, "failed")]
)
async def test_a_fault_at_any_call_loses_and_doubles_nothing(
    house: House, way: Way, outcome: str
) -> None:
    for fault in Fault:
        calls = 0
        while await is_played_well(
            house, Case(way=way, outcome=outcome, faults=(*[None] * calls, fault))
        ):
            calls += 1
        assert calls in range(2, MOST_STEPS)


@pytest.mark.parametrize(
    ("way", "has_nonce"),
    [
        *[(way, False) for way in Way],
        *[(way, True) for way in (Way.DELETED, Way.NEVER_OPENED, *MOVES)],
    ],
)
async def test_a_crash_at_any_step_loses_and_doubles_nothing(
    house: House, way: Way, has_nonce: bool
) -> None:
    step = 1
    while await is_played_well(
        house,
        Case(way=way, outcome="succeeded", crashes=frozenset({step}), has_nonce=has_nonce),
    ):
        step += 1
    assert step in range(10, MOST_STEPS)


@pytest.mark.parametrize("way", [Way.DELETED, Way.NEVER_OPENED, *MOVES])
async def test_a_database_that_fails_at_any_statement_loses_and_doubles_nothing(
    house: House, way: Way
) -> None:
    statement = 1
    while await is_played_well(
        house, Case(way=way, outcome="succeeded", breakdowns=frozenset({statement}))
    ):
        statement += 1
    assert statement in range(5, MOST_STEPS)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    case=st.builds(
        Case,
        way=st.sampled_from(Way),
        outcome=st.sampled_from(list(OUTCOMES)),
        faults=st.lists(st.none() | st.sampled_from(Fault), max_size=10).map(tuple),
        crashes=st.frozensets(st.integers(1, MOST_STEPS), max_size=3),
        breakdowns=st.frozensets(st.integers(1, MOST_STEPS), max_size=3),
        has_nonce=st.booleans(),
        takes_clips=st.booleans(),
    )
)
async def test_no_run_of_faults_and_crashes_loses_or_doubles_anything(
    house: House, case: Case
) -> None:
    await is_played_well(house, case)
