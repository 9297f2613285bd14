"""Hands that carry out what is said as a test lets them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from bots.desk.events import Said
from bots.reception import let_others_by
from bots.telegram_bot.events import Event
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.errors import Json


class Hands:
    """Carries out what was said.

    Attributes:
        begun: the words of what was begun, those of an album together.
        done: the same for what has come to its end.
        failing: what goes wrong at certain words, once for each.
        stepping_aside: words that let others by while they wait.
    """

    def __init__(self) -> None:
        self.begun: list[tuple[str, ...]] = []
        self.done: list[tuple[str, ...]] = []
        self.failing: dict[str, list[Exception]] = {}
        self.stepping_aside: set[str] = set()
        self._gates: dict[str, asyncio.Event] = {}

    def hold(self, words: str) -> asyncio.Event:
        """Have certain words take until the event is set."""
        return self._gates.setdefault(words, asyncio.Event())

    async def handle(self, events: Sequence[Event]) -> int:
        words = tuple(event.text for event in events if isinstance(event, Said))
        self.begun.append(words)
        if words[0] in self.stepping_aside:
            let_others_by()
        if words[0] in self._gates:
            await self._gates[words[0]].wait()
        if self.failing.get(words[0]):
            raise self.failing[words[0]].pop(0)
        self.done.append(words)
        return len(events)


def fresh(telegram: FakeTelegram) -> list[Json]:
    """Take the updates out that nobody has taken."""
    updates = [*telegram.world.updates.pending]
    telegram.world.updates.pending.clear()
    return updates


@contextmanager
def locked(file: Path) -> Generator[None]:
    """Have a database take nothing: somebody else writes into it."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
