"""`python -m benchmarks.telegram.bot_process FILE [--profile]`: the bot as it is, and a stopwatch.

It runs `python -m bots telegram`; only that some of the parts that it is put together of write down
when they were used.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from benchmarks.chat.stamps import current
from benchmarks.chat.stopwatch import run_timed, stamps
from bots import services
from bots.chat import PlaceId
from bots.delivery.shared_budget import SharedBudget
from bots.reception import Handler, Reception, SharedReception
from bots.store.inbox import Inbox
from bots.telegram_api import opening
from bots.telegram_api.transport import Transport
from bots.telegram_bot import app
from bots.telegram_bot.events import Event

_ANSWERS = ("answerCallbackQuery", "answerInlineQuery", "sendMessage", "editMessageText")


class TimedRequest(Transport):
    """Notes when updates have come, and when answers leave that no limiter is asked about."""

    async def do_request(self, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Send a request."""
        if url.endswith(_ANSWERS):
            stamps.hand_over()
        return await super().do_request(url, *args, **kwargs)


class TimedReception(Reception[Event]):
    """Notes when updates are here, and says which one is being carried out."""

    def __init__(self, *, handle: Handler[Event], **parts: Any) -> None:
        super().__init__(handle=_naming_updates(handle), **parts)

    async def take(self, updates: Sequence[Mapping[str, Any]]) -> None:
        """Take updates."""
        _note_arrival(updates)
        await super().take(updates)


class TimedSharedReception(SharedReception[Event]):
    """The same, for updates that are brought."""

    def __init__(self, *, handle: Handler[Event], **parts: Any) -> None:
        super().__init__(handle=_naming_updates(handle), **parts)

    async def take(self, updates: Sequence[Mapping[str, Any]]) -> None:
        """Take updates."""
        _note_arrival(updates)
        await super().take(updates)


class TimedBudget(SharedBudget):
    """Notes who is handed to the limiter."""

    async def turn(self, place: PlaceId, key: str) -> float:
        """Take a call for a result."""
        stamps.hand_over()
        stamps.show(key)
        return await super().turn(place, key)

    async def spare(self, place: PlaceId, key: str) -> bool:
        """Take a call for progress."""
        stamps.hand_over()
        return await super().spare(place, key)


class TimedInbox(Inbox):
    """Notes what is crossed off."""

    async def done(self, bot: str, updates: Collection[int], now: datetime) -> None:
        """Note that updates are done."""
        await super().done(bot, updates, now)
        stamps.done.update(dict.fromkeys(updates, time.monotonic()))


def main() -> int:
    """Run the bot until a signal ends it, then write the file."""
    parts = (
        (opening, "Transport", TimedRequest),
        (app, "Reception", TimedReception),
        (app, "SharedReception", TimedSharedReception),
        (app, "SharedBudget", TimedBudget),
        (services, "Inbox", TimedInbox),
    )
    return run_timed("telegram", parts, who_drops=("bots.desk.replies", "bots.telegram_bot.desk"))


def _naming_updates(handle: Handler[Event]) -> Handler[Event]:
    """Have everything that a handler does know the update it is about."""

    async def handle_named(events: Sequence[Event]) -> object:
        known = current.set(events[0].update)
        try:
            return await handle(events)
        finally:
            current.reset(known)

    return handle_named


def _note_arrival(updates: Sequence[Mapping[str, Any]]) -> None:
    now = time.monotonic()
    for update in updates:
        stamps.arrived.setdefault(update["update_id"], now)


if __name__ == "__main__":
    sys.exit(main())
