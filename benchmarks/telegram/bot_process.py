"""`python -m benchmarks.telegram.bot_process FILE [--profile]`: the bot as it is, and a stopwatch.

It runs `python -m bots telegram`; only that some of the parts that it is put together of write down
when they were used.
"""

from __future__ import annotations

import logging
import resource
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.telegram.sampling import sampled
from benchmarks.telegram.stamps import Stamps, current
from bots import __main__ as bots_main
from bots import services
from bots.chat import Person, PlaceId
from bots.delivery.shared_budget import SharedBudget
from bots.desk import wiring
from bots.desk.events import Picture
from bots.desk.photos import PhotoDesk
from bots.desk.where import Where
from bots.reception import Handler, Reception, SharedReception
from bots.store.inbox import Inbox
from bots.telegram_api import opening
from bots.telegram_api.transport import Transport
from bots.telegram_bot import app
from bots.telegram_bot.events import Event
from engine.jobs.job import MediaKey
from engine.jobs.outbox import Outbox, OutboxEntry

_ANSWERS = ("answerCallbackQuery", "answerInlineQuery", "sendMessage", "editMessageText")
_WHO_DROPS = ("bots.desk.replies", "bots.telegram_bot.desk")

stamps = Stamps()


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


class TimedPhotoDesk(PhotoDesk):
    """Notes how long photos take."""

    async def take(self, who: Person, where: Where, picture: Picture) -> MediaKey:
        """Get a picture."""
        begin = time.monotonic()
        try:
            return await super().take(who, where, picture)
        finally:
            stamps.photo_s[current.get() or 0] += time.monotonic() - begin


class TimedInbox(Inbox):
    """Notes what is crossed off."""

    async def done(self, bot: str, updates: Collection[int], now: datetime) -> None:
        """Note that updates are done."""
        await super().done(bot, updates, now)
        stamps.done.update(dict.fromkeys(updates, time.monotonic()))


class TimedOutbox(Outbox):
    """Notes when outcomes came into the outbox."""

    async def entries(self, *, wait: timedelta) -> list[OutboxEntry]:
        """Give what there is."""
        entries = await super().entries(wait=wait)
        for entry in entries:
            stamps.ended.setdefault(entry.job, int(entry.entry.partition("-")[0]) / 1000)
        return entries


class Dropped(logging.Handler):
    """Notes answers that are given up."""

    def emit(self, record: logging.LogRecord) -> None:
        """Note one."""
        update = current.get()
        if update is not None:
            stamps.dropped[update] = record.getMessage()


def main() -> int:
    """Run the bot until a signal ends it, then write the file."""
    _, file, *options = sys.argv
    sys.argv[1:] = ["telegram"]
    _put_stopwatches_in()
    with sampled(stamps.profile) if "--profile" in options else nullcontext():
        code = bots_main.main()
    stamps.cpu_s = _cpu_s(resource.RUSAGE_SELF), _cpu_s(resource.RUSAGE_CHILDREN)
    stamps.write(Path(file))
    return code


def _put_stopwatches_in() -> None:
    for module, name, timed in (
        (opening, "Transport", TimedRequest),
        (app, "Reception", TimedReception),
        (app, "SharedReception", TimedSharedReception),
        (app, "SharedBudget", TimedBudget),
        (wiring, "PhotoDesk", TimedPhotoDesk),
        (services, "Outbox", TimedOutbox),
        (services, "Inbox", TimedInbox),
    ):
        assert issubclass(timed, getattr(module, name)), f"{module} has no {name} any more"
        setattr(module, name, timed)
    for name in _WHO_DROPS:
        logging.getLogger(name).addHandler(Dropped())


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


def _cpu_s(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
