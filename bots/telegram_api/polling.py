"""Asking Telegram for updates; the next ask confirms what has been taken."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

from telegram import Bot
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bots.errors import BotsError
from bots.telegram_api.refusals import seconds_of
from bots.telegram_api.waiting import heard

log = logging.getLogger(__name__)

Updates = Sequence[Mapping[str, Any]]
Take = Callable[[Updates], Awaitable[None]]
"""Keeps updates, so that they cannot be lost any more; raises BotsError where it cannot."""

_WAIT_S = 50
_MOST = 100
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0


async def poll(bot: Bot, take: Take, kinds: Sequence[str]) -> None:
    """Take updates of some kinds until cancelled; they are not brought elsewhere any more."""
    await heard(bot.delete_webhook)
    offset, pause_s = 0, _FIRST_PAUSE_S
    while True:
        try:
            updates = await _updates(bot, offset, kinds)
            await take(updates)
            offset = max([offset, *(update["update_id"] + 1 for update in updates)])
            pause_s = _FIRST_PAUSE_S
        except (TelegramError, BotsError) as error:
            log.warning("updates cannot be taken for now: %s", _reason(error))
            await asyncio.sleep(seconds_of(error) if isinstance(error, RetryAfter) else pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


async def _updates(bot: Bot, offset: int, kinds: Sequence[str]) -> Updates:
    """Get updates as they are sent: what the library does not know yet must not stop the rest."""
    asked = {"offset": offset, "limit": _MOST, "timeout": _WAIT_S, "allowed_updates": kinds}
    data = RequestData([RequestParameter.from_input(key, value) for key, value in asked.items()])
    answer = await bot.request.post(f"{bot.base_url}/getUpdates", data, read_timeout=_WAIT_S + 10)
    return cast("Updates", answer)


def _reason(error: Exception) -> str:
    if isinstance(error, Conflict):
        return "another program asks for this bot's updates; stop it, or give it a bot of its own"
    if isinstance(error, InvalidToken):
        return "Telegram does not know the bot's token any more"
    return f"Telegram does not answer ({error})" if isinstance(error, NetworkError) else str(error)
