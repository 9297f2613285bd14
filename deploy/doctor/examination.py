"""Looking at everything, and saying what was found."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence

from bots.settings import BotSettings
from deploy.doctor.bases import look_at_bases
from deploy.doctor.database import look_at_database
from deploy.doctor.discord import look_at_discord
from deploy.doctor.effects import look_at_effects
from deploy.doctor.finding import Finding
from deploy.doctor.machine import look_at_machine, look_at_web
from deploy.doctor.media import look_at_media
from deploy.doctor.queue import look_at_queue
from deploy.doctor.recipes import look_at_recipes
from deploy.doctor.telegram import look_at_telegram
from deploy.doctor.workers import look_at_workers
from engine.settings import EngineSettings

LONGEST_S = 20.0

Say = Callable[[str], None]


def examine(bot: BotSettings, engine: EngineSettings, say: Say) -> int:
    """Say what is found, as it is found; exit code 1 when something has to be mended."""
    to_mend = 0
    for finding in _findings(bot, engine):
        say(str(finding))
        to_mend += bool(finding.mend)
    return 1 if to_mend else 0


def examine_as_json(bot: BotSettings, engine: EngineSettings, say: Say) -> int:
    """Say what was found as a JSON list; the exit code is as for people."""
    findings = list(_findings(bot, engine))
    say(json.dumps([finding.as_row() for finding in findings], indent=2))
    return 1 if any(finding.mend for finding in findings) else 0


def _findings(bot: BotSettings, engine: EngineSettings) -> Iterator[Finding]:
    yield from look_at_machine(engine)
    yield from look_at_bases(engine)
    yield from look_at_effects(engine)
    yield from look_at_recipes(engine)
    yield from asyncio.run(_stores(bot, engine))
    yield look_at_web(bot, engine)


async def _stores(bot: BotSettings, engine: EngineSettings) -> list[Finding]:
    """Look at all at once, so that what is away is waited for only once."""
    looks = {
        "queue": look_at_queue(engine),
        "workers": look_at_workers(engine),
        "database": look_at_database(bot),
        "media": look_at_media(bot),
        "Telegram": look_at_telegram(bot),
        "Discord": look_at_discord(bot),
    }
    found = await asyncio.gather(*(_in_time(what, look) for what, look in looks.items()))
    return [finding for findings in found for finding in findings]


async def _in_time(what: str, look: Awaitable[Sequence[Finding]]) -> Sequence[Finding]:
    try:
        return await asyncio.wait_for(look, LONGEST_S)
    except TimeoutError:
        found = f"no answer within {LONGEST_S:.0f} s"
        return [Finding(what=what, found=found, mend="see whether that server hangs")]
