from __future__ import annotations

import asyncio

import pytest

from bots.chat import MessageId, Person, PersonId, PlaceId
from bots.delivery.budget import Budget, Rate
from bots.desk import replies
from bots.desk.events import Pressed
from bots.desk.replies import Replies
from bots.desk.where import Where
from bots.errors import ChatBusy, ChatForbidden
from tests.fakes.platform import FakePlatform
from tests.unit.bots.stopwatch import Stopwatch

HERE, ELSEWHERE = Where(place=PlaceId("chat:here")), Where(place=PlaceId("chat:elsewhere"))
ANN = PersonId("chat:ann")
PRESS = Pressed(
    update=1, query="1", who=Person(id=ANN), where=HERE, message=MessageId("here:1"), data="1"
)
SELDOM = Rate(every_s=1000.0)


class Passing:
    """Stands in for waiting: the time is over at once."""

    def __init__(self, clock: Stopwatch) -> None:
        self.waits: list[float] = []
        self._clock = clock

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._clock.s += seconds


@pytest.fixture
def platform() -> FakePlatform:
    return FakePlatform()


async def test_what_is_said_is_there_and_has_a_name(platform: FakePlatform) -> None:
    answers = Replies.over(platform, Budget())
    message = await answers.say(HERE, "hello")
    assert message is not None
    assert platform.shown == {message: "hello"}
    assert await answers.edit(HERE, message, "good bye")
    assert platform.texts == ["good bye"]
    await answers.remove(HERE, message)
    assert platform.texts == []


async def test_what_the_platform_refuses_is_dropped(platform: FakePlatform) -> None:
    answers = Replies.over(platform, Budget())
    platform.refusals = [ChatForbidden() for _ in range(5)]
    assert await answers.say(HERE, "hello") is None
    assert not await answers.edit(HERE, MessageId("here:4000"), "hello")
    await answers.remove(HERE, MessageId("here:4000"))
    await answers.answer(PRESS, "hello")
    assert not await answers.tell(ANN, "hello")
    assert platform.texts == platform.answered == platform.told == []


async def test_what_is_told_in_private_is_told(platform: FakePlatform) -> None:
    assert await Replies.over(platform, Budget()).tell(ANN, "hello")
    assert platform.told == [(ANN, "hello")]


async def test_an_answer_that_would_come_too_late_is_dropped_at_once(
    platform: FakePlatform,
) -> None:
    answers = Replies.over(platform, Budget(lambda _: SELDOM))
    assert await answers.say(HERE, "first") is not None
    async with asyncio.timeout(5):
        assert await answers.say(HERE, "second") is None
    assert platform.texts == ["first"]


async def test_nobody_else_is_kept_waiting_by_a_place_that_takes_nothing(
    platform: FakePlatform,
) -> None:
    answers = Replies.over(platform, Budget(lambda _: SELDOM))
    await answers.say(HERE, "first")
    await answers.say(HERE, "second")
    assert await answers.say(ELSEWHERE, "hello") is not None


async def test_an_answer_waits_for_its_turn(
    platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Stopwatch()
    answers = Replies.over(platform, Budget(lambda _: Rate(every_s=10.0), clock))
    passes = Passing(clock)
    monkeypatch.setattr(replies, "asyncio", passes)
    await answers.say(HERE, "first")
    assert await answers.say(HERE, "second") is not None
    assert passes.waits == [10.0]
    assert platform.texts == ["first", "second"]


async def test_the_budget_is_told_when_the_platform_wants_the_bot_to_wait(
    platform: FakePlatform,
) -> None:
    budget = Budget(now_s=Stopwatch())
    answers = Replies.over(platform, budget)
    platform.refusals = [ChatBusy(17)]
    assert await answers.say(HERE, "hello") is None
    assert await budget.turn(HERE.place, "somebody") == 17.0


async def test_presses_are_answered_without_a_budget(platform: FakePlatform) -> None:
    answers = Replies.over(platform, Budget(lambda _: SELDOM))
    await answers.say(HERE, "first")
    async with asyncio.timeout(5):
        await answers.answer(PRESS, "Done.")
    assert platform.answered == ["Done."]
