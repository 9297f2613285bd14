"""The time at Discord, and ids that tell it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from itertools import count

_EPOCH_MS = 1_420_070_400_000


class Clock:
    """A clock that can be put forward."""

    def __init__(self) -> None:
        self.passed = timedelta()
        self._first_guild_ms = self._ms()
        self._guilds = count()
        self._numbers = count()

    def now(self) -> datetime:
        """Tell the time."""
        return datetime.now(UTC) + self.passed

    def seconds(self) -> float:
        """Tell the seconds since some moment."""
        return time.monotonic() + self.passed.total_seconds()

    def new_id(self) -> int:
        """Make an id, larger than those before."""
        return self._ms() << 22 | next(self._numbers) & 0x3FFFFF

    def new_guild_id(self) -> int:
        """Make the id of a guild: those that are made one after the other are on other shards."""
        return (self._first_guild_ms + next(self._guilds)) << 22

    def _ms(self) -> int:
        return int(self.now().timestamp() * 1000) - _EPOCH_MS
