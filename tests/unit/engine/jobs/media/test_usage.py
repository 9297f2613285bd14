from __future__ import annotations

import asyncio

from engine.jobs.media.usage import Usage


async def test_only_the_first_number_is_waited_for() -> None:
    measuring, measured = asyncio.Event(), asyncio.Event()
    numbers = iter((100, 200))

    async def measure() -> int:
        number = next(numbers)
        if number == 200:
            measuring.set()
            await measured.wait()
        return number

    usage = Usage(measure, lasts_s=0)
    assert await usage.bytes() == 100
    anew = asyncio.create_task(usage.bytes())
    await measuring.wait()
    assert await usage.bytes() == 100
    measured.set()
    assert await anew == 200


async def test_a_number_that_could_not_be_measured_is_measured_by_the_next() -> None:
    answers = iter([OSError, 100])

    async def measure() -> int:
        answer = next(answers)
        if isinstance(answer, int):
            return answer
        raise answer

    usage = Usage(measure, lasts_s=300)
    first, second = await asyncio.gather(usage.bytes(), usage.bytes(), return_exceptions=True)
    assert isinstance(first, OSError)
    assert second == 100
