"""Run one bot: `python -m bots web`, `telegram` or `discord`."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import signal
import sys
from contextlib import AbstractAsyncContextManager
from typing import cast

import uvloop

from bots.errors import BotsError
from bots.services import Services, opened
from bots.settings import BotSettings
from engine.jobs.errors import JobsError, QueueUnavailable
from engine.jobs.logs import set_up_logs
from engine.jobs.presence import Presence
from engine.jobs.settings import BadSetting
from engine.jobs.telemetry.health import Health
from engine.jobs.telemetry.server import serving_as_set

CANNOT_START = 2
PLATFORMS = ("web", "telegram", "discord")

_SWITCH_S = 0.0005
"""A commit or a look into the media folder is made in a thread, and what waits for it would wait
ten times as long for Python to go on with that thread."""

log = logging.getLogger("bots")


def main() -> int:
    """Run until a signal ends it; what keeps it from starting becomes one sentence."""
    parser = argparse.ArgumentParser(prog="python -m bots", description=__doc__)
    parser.add_argument("bot", choices=list(PLATFORMS), help="which chat to serve")
    bot = parser.parse_args().bot
    code = 0
    sys.setswitchinterval(_SWITCH_S)
    try:
        settings = BotSettings.read()
        set_up_logs(settings.log)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
            loop.run(_run(bot, settings))
    except* (BadSetting, BotsError, JobsError, OSError) as errors:
        print(_first_line(errors), file=sys.stderr)  # noqa: T201 - for the operator
        code = CANNOT_START
    return code


def _first_line(errors: ExceptionGroup[Exception]) -> str:
    first = errors.exceptions[0]
    if isinstance(first, ExceptionGroup):
        return _first_line(cast("ExceptionGroup[Exception]", first))
    return str(first).splitlines()[0]


async def _run(bot: str, settings: BotSettings) -> None:
    _stop_on_signals()
    try:
        async with opened(bot, settings) as services, _observed(services, settings):
            try:
                await services.queue.load()
            except QueueUnavailable as error:
                log.warning("starting without the queue, which is awaited: %s", error)
            beside = [
                asyncio.create_task(services.sweeper.run()),
                asyncio.create_task(services.planner.run()),
            ]
            try:
                await _serve(bot, services, settings)
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.wait(beside)
    except asyncio.CancelledError:
        log.info("stopped")


async def _serve(bot: str, services: Services, settings: BotSettings) -> None:
    """Load the adapter, and with it its platform's library, and no other."""
    if bot == "telegram":
        from bots.telegram_bot.app import serve
    elif bot == "discord":
        from bots.discord_bot.app import serve
    else:
        from bots.web_chat.app import serve
    # What is here by now stays: to look through it for garbage again and again takes 60 ms a time.
    gc.freeze()
    await serve(services, settings)


def _observed(services: Services, settings: BotSettings) -> AbstractAsyncContextManager[None]:
    health = Health(
        {
            "queue": Presence(services.redis).live_workers,
            "database": services.database.check,
        }
    )
    return serving_as_set(settings, services.metrics.registry, health)


def _stop_on_signals() -> None:
    loop, running = asyncio.get_running_loop(), asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        if running is not None:
            loop.add_signal_handler(number, running.cancel)


if __name__ == "__main__":
    sys.exit(main())
