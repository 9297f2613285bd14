"""What can happen to workers, or what they can do to a clip."""

from __future__ import annotations

from tests.faults.verdict import Row
from tests.faults.work import Kind
from tests.faults.world import Trial, a_world


async def worker_killed(trial: Trial) -> Row:
    """A worker dies with a clip in hand."""
    async with a_world(trial) as world:
        world.bot()
        doomed = world.worker("doomed")
        world.worker("other")
        await world.accepted(world.ask(24, ms=400))
        ask = await world.caught_working(doomed)
        await doomed.kill()
        world.say(f"a worker was killed while it made clip {ask}")
        return await world.row()


async def worker_killed_while_it_films_and_finishes(trial: Trial) -> Row:
    """A worker dies that films a clip, and finishes another beside it."""
    async with a_world(trial, effect="robot") as world:
        world.bot()
        doomed = world.filming_worker("doomed")
        await world.accepted(world.ask(12, ms=600))
        await world.caught_working(doomed, clips=2)
        await doomed.kill()
        world.say(f"a worker was killed with clips {world.record.in_hand('doomed')} in hand")
        world.filming_worker("other")
        return await world.row()


async def worker_frozen_past_lease(trial: Trial) -> Row:
    """A worker stands still until another has made its clip, and then reports its own."""
    async with a_world(trial) as world:
        world.bot()
        frozen = world.worker("frozen")
        await world.accepted(world.ask(12, ms=600))
        ask = await world.caught_working(frozen)
        world.worker("other")
        await world.shown([ask])
        world.say(f"clip {ask} was taken from a frozen worker, and is shown")
        frozen.thaw()
        await world.made(ask, "frozen")
        world.say("the frozen worker has made it too")
        world.ask(4)
        return await world.row()


async def poison_job(trial: Trial) -> Row:
    """A clip brings down every worker that makes it, until nobody tries any more."""
    async with (
        a_world(trial) as world,
        world.supervised(lambda: world.worker("first")),
        world.supervised(lambda: world.worker("second")),
    ):
        world.bot()
        asks = world.ask(8, ms=200)
        (poison,) = world.ask(1, kind=Kind.POISON)
        more = world.ask(8, ms=200)
        await world.shown([*asks, poison, *more])
        tries = world.record.tries(poison)
        world.say(f"the poison was tried {tries} times")
        world.must(tries == 3, "a clip that ends its worker was to be tried three times")
        return await world.row()


async def out_of_memory_retry(trial: Trial) -> Row:
    """Clips for which the device has no memory the first time."""
    async with a_world(trial) as world:
        world.bot()
        world.worker()
        asks = world.ask(6)
        large = world.ask(4, kind=Kind.TOO_LARGE_ONCE)
        await world.shown([*asks, *large])
        tries = [world.record.tries(ask) for ask in large]
        world.must(tries == [2] * len(large), "each large clip was to be tried twice")
        world.say("every large clip was made the second time")
        return await world.row()
