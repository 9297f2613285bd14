"""A house of GPUs that works off asks in simulated time."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from benchmarks.schedule.gpus import Gpu
from benchmarks.schedule.policies import Policy
from benchmarks.schedule.workload import GPUS, MODEL_S, Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An ask that was made: `start_s` is when the GPU was ready for it and began."""

    ask: Ask
    gpu: Gpu
    start_s: float
    switch_s: float

    @property
    def wait_s(self) -> float:
        """From the ask to the beginning."""
        return self.start_s - self.ask.at_s

    @property
    def end_s(self) -> float:
        """When the clip was there."""
        return self.start_s + self.ask.cost_s

    @property
    def expected_end_s(self) -> float:
        """When the clip should be there, as far as anyone can tell while it is made."""
        return self.start_s + self.ask.predicted_s


@dataclass(slots=True)
class House:
    """GPUs, what they are at, and what they have made."""

    policy: Policy
    gpus: list[Gpu] = field(
        default_factory=lambda: [Gpu(f"gpu-{i}", len(MODEL_S)) for i in range(GPUS)]
    )
    now_s: float = 0.0
    made: list[Made] = field(default_factory=list[Made])
    at_work: dict[str, Made] = field(default_factory=dict[str, Made])
    _ends: list[tuple[float, int, Made]] = field(default_factory=list[tuple[float, int, Made]])

    def arrive(self, ask: Ask) -> None:
        """Take an ask at its time, after all that ends before."""
        self.work_until(ask.at_s)
        self.now_s = ask.at_s
        self.policy.add(ask)
        self._dispatch(lambda gpu: self.policy.wake_rank(gpu, ask))

    def work_until(self, until_s: float) -> None:
        """Make what can be made by then."""
        while self._ends and self._ends[0][0] < until_s:
            self.now_s, _, made = heapq.heappop(self._ends)
            del self.at_work[made.gpu.name]
            self.policy.done(made.ask, self.now_s)
            self._dispatch(lambda _: 0.0)

    @property
    def busy_s(self) -> float:
        """Seconds of GPU that were used, switching included."""
        return sum(made.ask.cost_s + made.switch_s for made in self.made)

    @property
    def switch_s(self) -> float:
        """Seconds of GPU that went into switching."""
        return sum(made.switch_s for made in self.made)

    def _dispatch(self, rank: Callable[[Gpu], float]) -> None:
        idle = [gpu for gpu in self.gpus if gpu.name not in self.at_work]
        for gpu in sorted(idle, key=rank):
            ask = self.policy.pick(gpu, self.now_s)
            if ask is None:
                return
            self._begin(gpu, ask)

    def _begin(self, gpu: Gpu, ask: Ask) -> None:
        switch_s = gpu.load(ask.model)
        made = Made(ask=ask, gpu=gpu, start_s=self.now_s + switch_s, switch_s=switch_s)
        self.made.append(made)
        self.at_work[gpu.name] = made
        heapq.heappush(self._ends, (made.end_s, len(self.made), made))


def simulate(policy: Policy, asks: Iterable[Ask]) -> House:
    """Let a house work off all of the asks."""
    house = House(policy)
    for ask in asks:
        house.arrive(ask)
    house.work_until(float("inf"))
    return house
