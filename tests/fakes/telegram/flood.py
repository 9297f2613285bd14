"""How much a bot may do in what time; Telegram says only that there are limits.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.telegram.calls import Call
from tests.fakes.telegram.errors import too_many

COUNTED = (
    "send",
    "edit",
    "copy",
    "forward",
)
"""How the names of the methods begin that count; edits and chat actions do like messages."""


@dataclass(slots=True, kw_only=True)
class Bucket:
    """Tokens that come back at a rate."""

    size: float
    per_s: float
    tokens: float
    at: float

    def wait_s(self, amount: float, now: float) -> float:
        """Say how long until there are that many."""
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.per_s)
        self.at = now
        return max(0.0, (min(amount, self.size) - self.tokens) / self.per_s)


@dataclass(slots=True, kw_only=True)
class Flood:
    """What is left of every limit.

    A chat that was flooded stays shut for everything until the wait is over.

    Attributes:
        now: seconds of any clock.
        burst: how many calls a private chat takes at once.
    """

    now: Callable[[], float]
    burst: int = 5
    _buckets: dict[str, Bucket] = field(default_factory=dict[str, Bucket])
    _shut: dict[str, float] = field(default_factory=dict[str, float])

    def check(self, call: Call) -> None:
        """Count a call.

        Raises:
            ApiError: there were too many.
        """
        chat = call.text("chat_id")
        if chat is None or not call.method.lower().startswith(COUNTED):
            return
        amount = len(call.list("media") or [0]) if call.method == "sendMediaGroup" else 1
        now = self.now()
        buckets = [self._bucket("", 30, 30.0), self._chat_bucket(chat)]
        waits = [self._shut.get(chat, now) - now, *(b.wait_s(amount, now) for b in buckets)]
        if (wait := max(waits)) > 0:
            self._shut[chat] = now + math.ceil(wait)
            raise too_many(math.ceil(wait))
        for bucket in buckets:
            bucket.tokens -= amount

    def _chat_bucket(self, chat: str) -> Bucket:
        if chat.startswith(("-", "@")):
            return self._bucket(chat, 20, 20 / 60)
        return self._bucket(chat, self.burst, 1.0)

    def _bucket(self, name: str, size: float, per_s: float) -> Bucket:
        new = Bucket(size=size, per_s=per_s, tokens=size, at=self.now())
        return self._buckets.setdefault(name, new)
