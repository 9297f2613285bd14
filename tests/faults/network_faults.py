"""What can happen on the way to Redis and to the platform; the luck is the same every time."""

from __future__ import annotations

import random

from tests.faults.platform import Call, Treatment
from tests.faults.verdict import Row
from tests.faults.world import Trial, a_world
from tests.lossy_proxy import Passage

SEED = 7


async def lost_replies_and_delays(trial: Trial) -> Row:
    """Redis does what it is asked, and the answer is lost or late."""
    luck = random.Random(SEED)

    def storm(request: bytes) -> Passage:
        if b"FCALL" not in request:
            return Passage.PASSED
        return luck.choices(
            [Passage.PASSED, Passage.REPLY_LOST, Passage.DELAYED], weights=[80, 10, 10]
        )[0]

    async with a_world(trial) as world, world.network() as network:
        network.weather = storm
        world.bot(redis_url=network.url)
        world.worker("first", redis_url=network.url)
        world.worker("second", redis_url=network.url)
        for _ in range(2):
            await world.shown(world.ask(10, ms=50))
        passages = network.passages
        world.say(
            f"{passages[Passage.REPLY_LOST]} replies were lost, {passages[Passage.DELAYED]} late"
        )
        world.must(passages[Passage.REPLY_LOST] >= 5, "replies were to be lost")
        return await world.row()


async def platform_flood(trial: Trial) -> Row:
    """The platform is too busy, breaks down, or does what it is asked without a word."""
    luck = random.Random(SEED)

    def moody(_call: Call) -> Treatment:
        moods = [Treatment.FINE, Treatment.BUSY, Treatment.BROKEN, Treatment.REPLY_LOST]
        return luck.choices(moods, weights=[55, 20, 15, 10])[0]

    async with a_world(trial) as world:
        world.platform.treat = moody
        world.bot()
        world.worker()
        await world.shown(world.ask(25, ms=50))
        treated = {mood.name: times for mood, times in world.platform.treated.items()}
        world.say(f"calls by how they were treated: {treated}")
        world.must(treated["BUSY"] >= 5, "the platform was to be busy")
        return await world.row()
