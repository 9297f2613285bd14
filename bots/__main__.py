"""Run one bot: `python -m bots web`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from typing import cast

from bots.errors import BotsError
from bots.services import opened
from bots.settings import BotSettings
from bots.web_chat.app import serve
from engine.jobs.errors import JobsError, QueueUnavailable
from engine.jobs.settings import BadSetting

CANNOT_START = 2

log = logging.getLogger("bots")


def main() -> int:
    """Run until a signal ends it; what keeps it from starting becomes one sentence."""
    parser = argparse.ArgumentParser(prog="python -m bots", description=__doc__)
    parser.add_argument("bot", choices=["web"], help="which chat to serve")
    bot = parser.parse_args().bot
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    code = 0
    try:
        asyncio.run(_run(bot, BotSettings.read()))
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
        async with opened(bot, settings) as services:
            try:
                await services.queue.load()
            except QueueUnavailable as error:
                log.warning("starting without the queue, which is awaited: %s", error)
            sweeping = asyncio.create_task(services.sweeper.run())
            try:
                await serve(services, settings)
            finally:
                sweeping.cancel()
                await asyncio.wait([sweeping])
    except asyncio.CancelledError:
        log.info("stopped")


def _stop_on_signals() -> None:
    loop, running = asyncio.get_running_loop(), asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        if running is not None:
            loop.add_signal_handler(number, running.cancel)


if __name__ == "__main__":
    sys.exit(main())
