"""Calls that are made until Telegram answers: without them the bot cannot begin."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0


async def heard(call: Callable[[], Awaitable[Answer]]) -> Answer:
    """Make a call, again and again while Telegram is not to be reached.

    Raises:
        TelegramError: it answers, and says no.
    """
    pause_s = _FIRST_PAUSE_S
    while True:
        try:
            return await call()
        except (InvalidToken, BadRequest, Forbidden):
            raise
        except TelegramError as error:
            log.warning("Telegram does not answer yet: %s", error)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
