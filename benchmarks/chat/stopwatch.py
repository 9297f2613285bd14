"""A bot as it is, and a stopwatch: some of its parts write down when they were used."""

from __future__ import annotations

import logging
import resource
import sys
import time
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from types import ModuleType

from benchmarks.chat.sampling import sampled
from benchmarks.chat.stamps import Stamps, current
from bots import __main__ as bots_main
from bots import services
from bots.chat import Person
from bots.desk import wiring
from bots.desk.events import Picture
from bots.desk.photos import PhotoDesk
from bots.desk.where import Where
from engine.jobs.job import MediaKey
from engine.jobs.outbox import Outbox, OutboxEntry

stamps = Stamps()

Part = tuple[ModuleType, str, type]
"""Where the bot gets one of its parts from, by what name, and the same with a stopwatch."""


class TimedPhotoDesk(PhotoDesk):
    """Notes how long photos take."""

    async def take(self, who: Person, where: Where, picture: Picture) -> MediaKey:
        """Get a picture."""
        begin = time.monotonic()
        try:
            return await super().take(who, where, picture)
        finally:
            stamps.photo_s[current.get() or 0] += time.monotonic() - begin


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


_SHARED: tuple[Part, ...] = (
    (wiring, "PhotoDesk", TimedPhotoDesk),
    (services, "Outbox", TimedOutbox),
)


def run_timed(bot: str, parts: Iterable[Part], *, who_drops: Iterable[str]) -> int:
    """Run a bot until a signal ends it, then write the file that the command line names.

    Args:
        bot: which one, as `python -m bots` knows it.
        parts: what only this platform has, with stopwatches.
        who_drops: the loggers that say when an answer is given up.
    """
    _, file, *options = sys.argv
    sys.argv[1:] = [bot]
    for module, name, timed in (*_SHARED, *parts):
        assert issubclass(timed, getattr(module, name)), f"{module} has no {name} any more"
        setattr(module, name, timed)
    for name in who_drops:
        logging.getLogger(name).addHandler(Dropped())
    with sampled(stamps.profile) if "--profile" in options else nullcontext():
        code = bots_main.main()
    stamps.cpu_s = _cpu_s(resource.RUSAGE_SELF), _cpu_s(resource.RUSAGE_CHILDREN)
    stamps.write(Path(file))
    return code


def _cpu_s(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime
