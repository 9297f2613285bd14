"""Who is next: the shipped order, and what others do."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from typing import Protocol

from benchmarks.schedule.gpus import Gpu, need
from benchmarks.schedule.workload import Ask
from engine.jobs.order import USUAL_ORDER, Caps, ClaimOrder
from engine.jobs.planning.fair import FairOrder
from engine.jobs.planning.waiting import Entry

_RUNNING = {"paid": 3, "challenge": 2, "free": 2}
_PRIORITY = {"paid": 0, "challenge": 1, "free": 2}


class Policy(Protocol):
    """A queue's order."""

    def add(self, ask: Ask, /) -> None:
        """Queue an ask."""
        ...

    def pick(self, gpu: Gpu, now_s: float, /) -> Ask | None:
        """Give a GPU its next ask."""
        ...

    def done(self, ask: Ask, now_s: float, /) -> None:
        """Hear that an ask was made."""
        ...

    def wake_rank(self, gpu: Gpu, ask: Ask, /) -> float:
        """Rank an idle GPU for an ask that just came; the lowest is asked first."""
        ...


class Fair:
    """The order under test, at whatever settings; everyone asks in a chat of their own."""

    def __init__(self, order: ClaimOrder = USUAL_ORDER) -> None:
        self.order = FairOrder(order)
        self._settings = order
        self._asks: dict[str, Ask] = {}
        self._entries: dict[int, Entry] = {}

    def entry(self, ask: Ask) -> Entry:
        """Tell how the order sees an ask that was queued."""
        return self._entries[ask.number]

    def add(self, ask: Ask) -> None:
        """Queue an ask."""
        entry = self._entries[ask.number] = self._as_entry(ask)
        self._asks[entry.id] = ask
        self.order.add(entry, ask.at_s)

    def pick(self, gpu: Gpu, now_s: float) -> Ask | None:
        """Give a GPU its next ask."""
        pick = self.order.pick(gpu.name, gpu.ability, now_s)
        return self._asks[pick.entry.id] if pick else None

    def done(self, ask: Ask, now_s: float) -> None:
        """Correct what the person has been given by what it took."""
        self.order.done(self.entry(ask), ask.cost_s, now_s)

    def wake_rank(self, gpu: Gpu, ask: Ask) -> float:
        """Wake the GPU that is ready soonest."""
        return gpu.switch_s(ask.model)

    def _as_entry(self, ask: Ask) -> Entry:
        return Entry(
            id=f"{ask.number:06d}",
            number=ask.number,
            lane=self._settings.lane(ask.job_class, ask.predicted_s),
            person=ask.person,
            place=ask.person,
            variants=((need(ask.model), ask.predicted_s),),
            caps=Caps(person_running=_RUNNING[ask.job_class]),
        )


class Ranked:
    """An order by a rank that each ask has from the start, and the seconds a GPU must switch."""

    def __init__(self, rank: Callable[[Ask, float], tuple[float, ...]]) -> None:
        self._rank = rank
        self._waiting: dict[int, list[tuple[tuple[float, ...], int, Ask]]] = {}

    def add(self, ask: Ask) -> None:
        """Queue an ask."""
        queue = self._waiting.setdefault(ask.model, [])
        heapq.heappush(queue, (self._rank(ask, 0.0), ask.number, ask))

    def pick(self, gpu: Gpu, _now_s: float) -> Ask | None:
        """Give a GPU its next ask; all of a model's asks need the same switch."""
        heads = [queue[0][2] for queue in self._waiting.values() if queue]
        if not heads:
            return None
        ask = min(heads, key=lambda head: (self._rank(head, gpu.switch_s(head.model)), head.number))
        heapq.heappop(self._waiting[ask.model])
        return ask

    def done(self, _ask: Ask, _now_s: float) -> None:
        """Learn nothing."""

    def wake_rank(self, gpu: Gpu, ask: Ask) -> float:
        """Wake whoever the rank would prefer, else the first."""
        return self._rank(ask, gpu.switch_s(ask.model))[0]


def by_arrival(ask: Ask, _switch_s: float) -> tuple[float, ...]:
    """First come, first served, like a plain list or stream."""
    return (ask.at_s,)


def by_class(ask: Ask, _switch_s: float) -> tuple[float, ...]:
    """Those who pay, then challenges, then the rest, each first come, first served."""
    return _PRIORITY[ask.job_class], ask.at_s


def by_length(ask: Ask, _switch_s: float) -> tuple[float, ...]:
    """The same classes, each shortest first."""
    return _PRIORITY[ask.job_class], ask.predicted_s


def by_model(ask: Ask, switch_s: float) -> tuple[float, ...]:
    """Whatever is loaded, as long as there is any; then by class."""
    return switch_s > 0, _PRIORITY[ask.job_class], ask.at_s


POLICIES: Mapping[str, Callable[[], Policy]] = {
    "zoetrope": Fair,
    "fifo": lambda: Ranked(by_arrival),
    "strict": lambda: Ranked(by_class),
    "sjf": lambda: Ranked(by_length),
    "greedy": lambda: Ranked(by_model),
    "fair": lambda: Fair(ClaimOrder(affinity=0.0, crossing=0.0)),
}
"""The shipped order and its rivals; `fair` is ours without affinity."""

VARIATIONS: Mapping[str, Callable[[], Policy]] = {
    "as shipped": Fair,
    "affinity, crossing 16": lambda: Fair(ClaimOrder(affinity=16.0, crossing=16.0)),
    "affinity, crossing 64": lambda: Fair(ClaimOrder(affinity=64.0, crossing=64.0)),
    "no crossing": lambda: Fair(ClaimOrder(crossing=0.0)),
    "shortness 0": lambda: Fair(ClaimOrder(shortness=0.0)),
    "shortness 1": lambda: Fair(ClaimOrder(shortness=1.0)),
    "short lane to 15 s": lambda: Fair(ClaimOrder(short_lane_s=15.0)),
    "overdue after 20 min": lambda: Fair(ClaimOrder(overdue_s=1200.0)),
    "never overdue": lambda: Fair(ClaimOrder(overdue_s=float("inf"))),
}
"""Other settings of the shipped order."""
