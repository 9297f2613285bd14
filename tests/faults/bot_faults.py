"""What can happen to bots, and everything at once."""

from __future__ import annotations

from collections.abc import Callable

from engine.jobs.keys import Key, prefix
from engine.jobs.queue import JobQueue
from tests.faults.bot_process import BOT, job_of
from tests.faults.platform import Call, Treatment, all_fine
from tests.faults.verdict import Row
from tests.faults.world import Trial, World, a_world


async def bot_killed_between_journal_and_enqueue(trial: Trial) -> Row:
    """Asks are in the journal, and the queue has not heard of them when the bot dies."""
    async with a_world(trial) as world, world.network() as network:
        bot = world.bot(redis_url=network.url)
        world.worker()
        await world.shown(world.ask(2))
        network.keep_back("_enqueue")
        asks = world.ask(10)
        await world.journalled(asks)
        await bot.kill()
        await _must_be_unknown(world, asks)
        world.say(f"the bot was killed with {len(asks)} asks that only the journal knows")
        world.bot()
        world.ask(2)
        return await world.row()


async def _must_be_unknown(world: World, asks: list[int]) -> None:
    async with world.queue.client() as client:
        states = [await JobQueue(client).state(job_of(ask)) for ask in asks]
    world.must(states == [None] * len(asks), "the queue was not to know the asks")


async def bot_killed_while_delivering(trial: Trial) -> Row:
    """The bot dies in a call to the platform: before and after it is done, post and edit."""
    async with a_world(trial) as world:
        world.worker()
        for treatment in (Treatment.LEFT_HANGING, Treatment.DONE_AND_LEFT_HANGING):
            for what in (Call("post"), Call("edit", shows_outcome=True)):
                world.platform.treat = _only(what, treatment)
                bot = world.bot()
                world.ask(3)
                await world.left_hanging()
                await bot.kill()
                world.say(f"the bot was killed in a call: {what.verb}, {treatment.name}")
        world.platform.treat = all_fine
        world.bot()
        return await world.row()


def _only(what: Call, treatment: Treatment) -> Callable[[Call], Treatment]:
    return lambda call: treatment if call == what else Treatment.FINE


async def everything_killed(trial: Trial) -> Row:
    """The machine goes: bot, worker and queue at once."""
    async with a_world(trial) as world:
        processes = [world.bot(), world.worker()]
        await world.accepted(world.ask(30, ms=100))
        await world.has_shown(5)
        for process in processes:
            await process.kill()
        await world.queue.kill()
        world.say(f"everything was killed, with {len(world.platform.outcomes)} outcomes shown")
        await world.queue.start()
        world.bot()
        world.worker()
        world.ask(4)
        return await world.row()


async def duplicate_updates(trial: Trial) -> Row:
    """Each update comes five times at once, to each of two bots."""
    async with a_world(trial) as world:
        world.platform.copies = 5
        world.bot("first")
        world.bot("second")
        world.worker()
        await world.attended(bots=2)
        for _ in range(3):
            await world.accepted(world.ask(8, ms=20))
        world.say(f"{world.platform.handed_out} updates were handed out for 24 asks")
        world.must(world.platform.handed_out >= 24 * 5, "updates were to come several times")
        return await world.row()


async def slow_consumer(trial: Trial) -> Row:
    """The bot stands still while outcomes pile up."""
    async with a_world(trial) as world:
        bot, worker = world.bot(), world.worker()
        await world.shown(world.ask(1))
        worker.freeze()
        asks = world.ask(60, ms=20)
        await world.accepted(asks)
        bot.freeze()
        worker.thaw()
        async with world.queue.client() as client:

            async def all_wait() -> bool:
                return await client.xlen(f"{prefix('main')}{Key.OUTBOX}{BOT}") >= len(asks)

            await world.until(all_wait, "outcomes were to pile up")
        world.say(f"{len(asks)} outcomes wait for the bot")
        bot.thaw()
        world.ask(5)
        return await world.row()
