"""How Telegram may misbehave, and the network before it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from tests.fakes.telegram.errors import ApiError


class Lost:
    """The connection ends instead of an answer."""


LOST = Lost()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to one call.

    Attributes:
        after: whether the call is acted upon first.
        late_s: how long the answer is kept back.
        gate: what the call waits for before it is acted upon.
    """

    error: ApiError | Lost | None = None
    after: bool = False
    late_s: float = 0.0
    gate: Gate | None = None


@dataclass(slots=True, eq=False)
class Gate:
    """Where calls wait until the test lets them through."""

    waiting: int = 0
    is_open: asyncio.Event = field(default_factory=asyncio.Event)

    def open(self) -> None:
        """Let every call through."""
        self.is_open.set()


@dataclass(slots=True)
class Faults:
    """The coming faults by method, in order; "*" is for any method but getUpdates."""

    coming: dict[str, list[Fault]] = field(default_factory=dict[str, list[Fault]])

    def add(self, method: str, fault: Fault, times: int) -> None:
        """Let the next calls of a method have a fault."""
        self.coming.setdefault(method.lower(), []).extend([fault] * times)

    def take(self, method: str) -> Fault | None:
        """Take the fault of a call."""
        for name in (method.lower(), *(["*"] if method != "getUpdates" else [])):
            if waiting := self.coming.get(name):
                return waiting.pop(0)
        return None
