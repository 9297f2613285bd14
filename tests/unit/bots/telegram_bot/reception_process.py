"""`python -m tests.unit.bots.telegram_bot.reception_process URL`: takes updates, ends nothing.

Reads updates from its input, says TAKEN when they cannot be lost any more, and BEGUN when it has
begun to carry them out, which it never comes to the end of.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from bots.reception import Reception
from bots.store.database import Database
from bots.store.inbox import Inbox
from bots.telegram_bot.events import Event
from tests.fakes.telegram import FakeTelegram
from tests.unit.bots.telegram_bot.ear import Ear

TAKEN, BEGUN = "taken", "begun"


def tell(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


async def begin(events: Sequence[Event]) -> int:
    tell(BEGUN)
    await asyncio.Event().wait()
    return len(events)


async def main(url: str) -> None:
    reception = Reception(
        bot="telegram",
        inbox=Inbox(Database.at(url)),
        reader=Ear.to(FakeTelegram()).reader,
        handle=begin,
        now=lambda: datetime.now(UTC),
    )
    await reception.take(json.loads(sys.stdin.readline()))
    tell(TAKEN)
    await reception.run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
