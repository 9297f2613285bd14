"""What can happen while people see a quick version of what a model makes."""

from __future__ import annotations

from engine.jobs.presence import Presence
from tests.faults.verdict import Row
from tests.faults.world import Trial, World, a_world

EFFECT = "robot"


async def killed_with_first_looks_shown(trial: Trial) -> Row:
    """Bot, who draws and who films die in turn, with first looks shown and ends to come."""
    async with a_world(trial, effect=EFFECT) as world:
        drawing, filming = world.worker("drawing"), world.filming_worker("filming")
        await _is_drawn_and_filmed(world)
        bot = world.bot()
        await world.accepted(world.ask(6, ms=600))
        await world.has_shown_first_looks(1)
        await bot.kill()
        world.say(f"the bot was killed after {len(world.platform.first_looks)} first looks")
        world.bot("next-bot")
        shown = len(world.platform.first_looks)
        await world.accepted(world.ask(6, ms=600))
        await world.has_shown_first_looks(shown + 1)
        for worker in (drawing, filming):
            await world.caught_working(worker)
            await worker.kill()
        world.say(f"the workers were killed after {len(world.platform.first_looks)} first looks")
        world.worker("next-drawing")
        world.filming_worker("next-filming")
        world.ask(4, ms=300)
        return await world.row()


async def _is_drawn_and_filmed(world: World) -> None:
    async with world.queue.client() as client:

        async def both_are_offered() -> bool:
            offer = await Presence(client).offers()
            return any(card.id == EFFECT and len(card.variants) > 1 for card in offer.effects)

        await world.until(both_are_offered, "the effect was to be drawn and filmed")
