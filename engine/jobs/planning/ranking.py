"""Names by rank, lowest first: as much of a Redis sorted set as the claim order needs."""

from __future__ import annotations

import heapq
from typing import NamedTuple


class Ranked(NamedTuple):
    """Something and its rank; of equals the lower name comes first."""

    rank: float
    name: str


class Ranking:
    """A sorted set that knows its first, and copies cheaply."""

    __slots__ = ("_heap", "_ranks")

    def __init__(self) -> None:
        self._ranks: dict[str, float] = {}
        # What was moved or removed stays in here until it comes up.
        self._heap: list[Ranked] = []

    def __len__(self) -> int:
        return len(self._ranks)

    def rank(self, name: str) -> float | None:
        """Tell at which rank something is, if it is there."""
        return self._ranks.get(name)

    def put(self, name: str, rank: float) -> None:
        """Put something at a rank, or move it there."""
        self._ranks[name] = rank
        heapq.heappush(self._heap, Ranked(rank, name))

    def remove(self, name: str) -> None:
        """Take something out, if it is there."""
        self._ranks.pop(name, None)

    def remove_up_to(self, rank: float) -> None:
        """Take out whatever has this rank or a lower one."""
        while (first := self.first()) and first.rank <= rank:
            self.remove(first.name)

    def first(self) -> Ranked | None:
        """Find the lowest."""
        while self._heap:
            first = self._heap[0]
            if self._ranks.get(first.name) == first.rank:
                return first
            heapq.heappop(self._heap)
        return None

    def lowest(self, at_most: int) -> list[str]:
        """List the names of the lowest, in order."""
        return heapq.nsmallest(at_most, self._ranks, key=lambda name: (self._ranks[name], name))

    def copy(self) -> Ranking:
        """Make another that goes its own way."""
        twin = Ranking()
        twin._ranks = self._ranks.copy()
        twin._heap = self._heap.copy()
        return twin
