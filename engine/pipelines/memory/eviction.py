"""Which bases give way to another one: rules alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_HALF_LIFE_S = 600.0


@dataclass(frozen=True, slots=True)
class Demand:
    """How often something was asked for lately; what is long ago counts less and less."""

    times: float = 0.0
    at: float = 0.0

    def now(self, now: float) -> float:
        """Say how much of it is left."""
        return self.times * 0.5 ** (max(0.0, now - self.at) / _HALF_LIFE_S)

    def once_more(self, now: float) -> Demand:
        """Count another time."""
        return Demand(self.now(now) + 1, now)


@dataclass(frozen=True, slots=True)
class Held:
    """A base in memory.

    Attributes:
        load_s: how long it takes to have it again.
    """

    gb: float
    load_s: float
    demand: float

    @property
    def value(self) -> float:
        """What is lost with it."""
        return self.gb * self.load_s * self.demand


def to_evict(held: Mapping[str, Held], room_gb: float) -> list[str]:
    """Choose what gives way so that the rest fits into the room, the least valuable first."""
    room_gb = max(0.0, room_gb)  # what takes nothing gives way to nobody
    taken = sum(each.gb for each in held.values())
    chosen: list[str] = []
    for name in sorted(held, key=lambda name: held[name].value):
        if taken <= room_gb:
            break
        chosen.append(name)
        taken -= held[name].gb
    for name in reversed(chosen[:-1]):  # something larger may have made up for a small one
        if taken + held[name].gb <= room_gb:
            chosen.remove(name)
            taken += held[name].gb
    return chosen
