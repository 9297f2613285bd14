"""What can happen to the queue's server."""

from __future__ import annotations

from engine.jobs.queue import JobQueue
from tests.faults.bot_process import job_of
from tests.faults.clock import fake_clock
from tests.faults.queue_server import QueueServer, redis_server
from tests.faults.sentinels import Sentinels
from tests.faults.small_disk import small_disk
from tests.faults.verdict import Row
from tests.faults.world import Trial, a_world


async def redis_killed_under_load(trial: Trial) -> Row:
    """Redis is killed three times while asks come in and clips are made."""
    queue = QueueServer(trial.folder / "queue", program=redis_server())
    async with a_world(trial, queue=queue) as world:
        world.bot()
        world.worker("first")
        world.worker("second")
        await world.shown(world.ask(1))
        for _ in range(3):
            before = len(world.platform.accepted)
            world.ask(40, ms=20)
            await world.has_accepted(before + 15)
            await queue.kill()
            world.say(f"Redis was killed with {len(world.platform.accepted)} asks accepted")
            await queue.start()
        return await world.row()


async def clock_jump(trial: Trial) -> Row:
    """The clock of Redis jumps an hour ahead, then an hour behind."""
    clock = fake_clock(trial.folder / "clock")
    queue = QueueServer(
        trial.folder / "queue", program=redis_server(), environment=clock.environment
    )
    async with a_world(trial, queue=queue) as world:
        world.bot()
        worker = world.worker("first")
        world.worker("second")
        for hours in (1, -1):
            asks = world.ask(12, ms=500)
            await world.accepted(asks)
            await world.caught_working(worker)
            clock.set_ahead(hours=hours)
            worker.thaw()
            async with queue.client() as client:
                ahead_s = (await client.time())[0] - clock.true_time()
            world.say(f"the clock of Redis is {ahead_s / 3600:+.1f} h ahead")
            world.must(round(ahead_s / 3600) == hours, "the clock was to jump")
            await world.shown(asks)
        return await world.row()


async def disk_full(trial: Trial) -> Row:
    """There is no room for the queue's file while a clip is being made."""
    disk = small_disk()
    queue = QueueServer(trial.folder / "queue", wrapper=disk.wrapper)
    async with a_world(trial, queue=queue) as world:
        world.bot()
        worker = world.worker()
        await world.accepted(world.ask(10, ms=400))
        ask = await world.caught_working(worker)
        disk.fill(queue)
        world.say(f"the disk is full: {disk.how}")
        worker.thaw()
        await world.accepted(world.ask(10))
        await world.made(ask, "worker")
        world.must(not await queue.takes_writes(), "the queue was to have no room")
        disk.empty(queue)
        world.say("there is room again")
        return await world.row()


async def maxmemory(trial: Trial) -> Row:
    """Redis has no memory left: what runs may end, what is new has to wait."""
    async with a_world(trial) as world:
        world.bot()
        worker = world.worker()
        asks = world.ask(20, ms=100)
        await world.accepted(asks)
        await world.caught_working(worker)
        async with world.queue.client() as client:
            await client.config_set("maxmemory", 1)
            worker.thaw()
            more = world.ask(10)
            await world.accepted(more)
            await world.shown(asks)
            world.say(f"{len(asks)} clips ended without memory, {len(more)} asks are journalled")
            world.must(not set(more) & set(world.record.begun("worker")), "new asks were to wait")
            await client.config_set("maxmemory", 0)
        return await world.row()


async def sentinel_failover(trial: Trial) -> Row:
    """The master is cut off from all but the bot, and what it took meanwhile goes with it."""
    queue = QueueServer(trial.folder / "queue", program=redis_server())
    async with a_world(trial, queue=queue) as world, world.network() as network:
        sentinels = Sentinels(trial.folder, queue, network)
        try:
            await sentinels.start()
            world.bot(redis_url=sentinels.url)
            worker = world.worker(redis_url=sentinels.url)
            await world.shown(world.ask(2))
            worker.freeze()
            await world.accepted(world.ask(10))
            network.part(_is_on_the_other_side)
            doomed = world.ask(20)
            await world.accepted(doomed)
            await world.until(sentinels.have_switched, "the replica was to become master")
            missing = await _unknown_to(sentinels.replica, doomed)
            world.say(f"the replica is master, and lacks {missing} of {len(doomed)} jobs")
            world.must(missing > 0, "the fail-over was to lose jobs")
            network.heal()
            worker.thaw()
            return await world.row()
        finally:
            await sentinels.kill()


def _is_on_the_other_side(said: bytes) -> bool:
    return b"sentinel" in said or b"REPLCONF" in said


async def _unknown_to(server: QueueServer, asks: list[int]) -> int:
    async with server.client() as client:
        states = await JobQueue(client).states([job_of(ask) for ask in asks])
    return states.count(None)
