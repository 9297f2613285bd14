"""Small writes at the same moment become one, and each caller knows when theirs is done."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bots.store.rounds import Rounds


class Slow:
    """Writes only when it is let, and fails when it is told to."""

    def __init__(self) -> None:
        self.written: list[list[int]] = []
        self.begun = asyncio.Event()
        self.let = asyncio.Semaphore(0)
        self.error: Exception | None = None

    async def write(self, items: Sequence[int]) -> None:
        self.begun.set()
        await self.let.acquire()
        if self.error is not None:
            raise self.error
        self.written.append(list(items))


async def added(rounds: Rounds[int], *numbers: int) -> list[asyncio.Task[None]]:
    """Begin to add each number by itself."""
    tasks = [asyncio.create_task(rounds.add([number])) for number in numbers]
    await asyncio.sleep(0)
    return tasks


def let_twice(slow: Slow) -> None:
    slow.let.release()
    slow.let.release()


async def test_what_comes_during_a_write_goes_into_the_next_one_together() -> None:
    slow = Slow()
    rounds = Rounds(slow.write)
    tasks = await added(rounds, 1)
    await slow.begun.wait()
    tasks += await added(rounds, 2, 3, 4)
    assert not any(task.done() for task in tasks)
    let_twice(slow)
    await asyncio.gather(*tasks)
    assert slow.written == [[1], [2, 3, 4]]


async def test_a_failed_write_fails_for_all_in_it_and_is_not_tried_for_each() -> None:
    slow = Slow()
    rounds = Rounds(slow.write)
    slow.error = ValueError("no")
    tasks = await added(rounds, 1)
    await slow.begun.wait()
    tasks += await added(rounds, 2, 3)
    let_twice(slow)
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ValueError] * 3
    slow.error = None
    slow.let.release()
    await rounds.add([4])
    assert slow.written == [[4]]


async def test_when_the_one_who_writes_is_cancelled_another_writes() -> None:
    slow = Slow()
    rounds = Rounds(slow.write)
    (before,) = await added(rounds, 0)
    first, second = await added(rounds, 1, 2)
    await slow.begun.wait()
    slow.begun.clear()
    slow.let.release()
    await before
    await slow.begun.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    slow.let.release()
    await second
    assert slow.written == [[0], [1, 2]]
