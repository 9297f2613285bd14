"""What happens while one release takes over from another."""

from __future__ import annotations

from tests.faults.release import make_next_release
from tests.faults.verdict import Row
from tests.faults.world import ROOT, Trial, World, a_world


async def mixed_version_upgrade(trial: Trial) -> Row:
    """Bots and workers of two releases share a queue and a journal, in every combination."""
    newer = make_next_release(ROOT, trial.folder / "newer")
    async with a_world(trial) as world, world.network() as network:
        older_bot = world.bot("older-bot")
        world.worker("older")
        readable = world.ask(20)
        await world.accepted(readable)
        await older_bot.kill()
        newer_bot = world.bot("newer-bot", redis_url=network.url, release=newer)
        unreadable = world.ask(10)
        await world.shown(readable)
        await world.accepted(unreadable)
        await _must_have_two_libraries(world)
        network.keep_back("_enqueue")
        unqueued = world.ask(3)
        await world.journalled(unqueued)
        await newer_bot.kill()
        world.say(f"{len([*unreadable, *unqueued])} jobs are there that the older cannot read")
        world.bot("older-bot")
        world.worker("newer", release=newer)
        await world.shown(unreadable)
        more = world.ask(20, ms=300)
        await world.shown(more)
        begun = set(world.record.begun("older"))
        world.must(not begun & set(unreadable), "the older worker was to leave them alone")
        parts = [len(set(more) & set(world.record.begun(worker))) for worker in ("older", "newer")]
        world.say(f"of {len(more)} clips that both can make the older made {parts[0]}")
        world.must(all(parts), "both workers were to work on one queue")
        world.bot("newer-bot", release=newer)
        return await world.row()


async def _must_have_two_libraries(world: World) -> None:
    async with world.queue.client() as client:
        libraries = await client.function_list("zoetrope_*")
    world.must(len(libraries) == 2, "there were to be functions of two releases")
