"""A session of a shard with the gateway."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Session:
    """What one shard is told, and was told but did not confirm.

    Attributes:
        say: writes to its connection, None while it has none.
    """

    id: str
    index: int
    shards: int
    intents: int
    say: Callable[[str], None] | None
    number: int = 0
    _confirmed: int = 0
    _unconfirmed: deque[tuple[int, str]] = field(default_factory=deque[tuple[int, str]])

    def covers(self, guild_id: int | None) -> bool:
        """Say whether what happens in a guild, or in direct messages, is for this shard."""
        return (0 if guild_id is None else (guild_id >> 22) % self.shards) == self.index

    def put(self, event: str, data: str) -> None:
        """Tell of an event, now or when the shard resumes."""
        self.number += 1
        text = f'{{"op":0,"t":"{event}","s":{self.number},"d":{data}}}'
        self._unconfirmed.append((self.number, text))
        if self.say is not None:
            self.say(text)

    def confirm(self, number: int) -> None:
        """Keep no more what was heard."""
        while self._unconfirmed and self._unconfirmed[0][0] <= number:
            self._confirmed = self._unconfirmed.popleft()[0]

    def can_replay(self, since: int) -> bool:
        """Say whether all that came after a number is still kept."""
        return self._confirmed <= since <= self.number

    def replay(self, since: int, say: Callable[[str], None]) -> None:
        """Tell on a new connection what was missed."""
        self.confirm(since)
        self.say = say
        for _, text in self._unconfirmed:
            say(text)
        self.put("RESUMED", '{"_trace":[]}')
