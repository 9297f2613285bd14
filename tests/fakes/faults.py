"""How a platform may misbehave, and the network before it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from aiohttp import web

from tests.fakes.changes import Changes

Result = TypeVar("Result")


class Lost:
    """The connection ends instead of an answer."""


LOST = Lost()


class ConnectionLost(Exception):
    """Raised where an answer would be given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to one call.

    Attributes:
        after: whether the call is acted upon first.
        late_s: how long the answer is kept back.
        gate: what the call waits for before it is acted upon.
    """

    error: Exception | Lost | None = None
    after: bool = False
    late_s: float = 0.0
    gate: Gate | None = None

    async def around(self, act: Callable[[], Awaitable[Result]], changes: Changes) -> Result:
        """Act upon a call as far as it gets.

        Raises:
            ConnectionLost: nobody is to hear of the result.
        """
        await self.wait(changes)
        if not self.after:
            self.happen()
        result = await act()
        await asyncio.sleep(self.late_s)
        self.happen()
        return result

    async def wait(self, changes: Changes) -> None:
        """Wait at the gate, if there is one."""
        if self.gate is not None:
            self.gate.waiting += 1
            changes.announce()
            await self.gate.is_open.wait()

    def happen(self) -> None:
        """Go wrong."""
        if isinstance(self.error, Lost):
            raise ConnectionLost
        if self.error is not None:
            raise self.error


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
    """The coming faults by method or route, in order; "*" is for any but the spared one."""

    spared: str
    coming: dict[str, list[Fault]] = field(default_factory=dict[str, list[Fault]])

    def add(self, method: str, fault: Fault, times: int) -> None:
        """Let the next calls of a method have a fault."""
        self.coming.setdefault(method.lower(), []).extend([fault] * times)

    def take(self, method: str) -> Fault | None:
        """Take the fault of a call."""
        for name in (method.lower(), *(["*"] if method != self.spared else [])):
            if waiting := self.coming.get(name):
                return waiting.pop(0)
        return None


def hang_up(request: web.Request) -> web.StreamResponse:
    """End the connection instead of answering."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
