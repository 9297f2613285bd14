"""Small writes that come at the same moment go into one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(slots=True)
class _Round(Generic[Item]):
    items: list[Item] = field(default_factory=list[Item])
    is_over: bool = False
    error: Exception | None = None


class Rounds(Generic[Item]):
    """Gathers what comes while a round is written into the next one."""

    def __init__(self, write: Callable[[Sequence[Item]], Awaitable[None]]) -> None:
        """Write with `write`, which may be called twice with the same items."""
        self._write = write
        self._gathering = _Round[Item]()
        self._turn = asyncio.Lock()

    async def add(self, items: Iterable[Item]) -> None:
        """Return once the items are written; what goes wrong is raised to all in the round."""
        mine = self._gathering
        mine.items.extend(items)
        async with self._turn:
            if not mine.is_over:
                await self._end(mine)
        if mine.error is not None:
            raise mine.error

    async def _end(self, its: _Round[Item]) -> None:
        """Write a round; whoever does so may be cancelled, and then the next one in it does."""
        if self._gathering is its:
            self._gathering = _Round[Item]()
        try:
            await self._write(its.items)
        except Exception as error:
            its.error = error
        its.is_over = True
