"""Calls that are made until a platform answers: without them a bot cannot begin."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")
Errors = tuple[type[Exception], ...]

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0


async def until_answered(
    call: Callable[[], Awaitable[Answer]], platform: str, *, away: Errors, refusals: Errors = ()
) -> Answer:
    """Make a call, again and again while the platform is not to be reached.

    `away` are the errors that tell so, unless they are `refusals`, which are raised.
    """
    pause_s = _FIRST_PAUSE_S
    while True:
        try:
            return await call()
        except refusals:
            raise
        except away as error:
            log.warning("%s does not answer yet: %s", platform, error)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
