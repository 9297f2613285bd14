"""Calls that are made until Telegram answers: without them the bot cannot begin."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bots.persistence import Answer, until_answered

_REFUSALS = (InvalidToken, BadRequest, Forbidden)


async def heard(call: Callable[[], Awaitable[Answer]]) -> Answer:
    """Make a call, again and again while Telegram is not to be reached.

    Raises:
        TelegramError: it answers, and says no.
    """
    return await until_answered(call, "Telegram", away=(TelegramError,), refusals=_REFUSALS)
