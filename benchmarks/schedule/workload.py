"""Six hours of asks as a busy bot may see them; every figure here is assumed, none measured.

25 people who pay and 120 who do not, with one overload of 72 minutes; three of those who do not
pay empty whole albums into the bot; three challenges bring 40 people at once.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

GPUS = 8
HOURS = 6.0
LOAD = 0.85
"""Part of the GPUs' time that would be asked for without the overload's extra, bursts included."""

MODEL_S = (6.0, 14.0, 30.0, 45.0, 90.0, 160.0)
"""Mean working time of each model."""
_POPULARITY = tuple(1 / (rank + 1) ** 0.9 for rank in (1, 0, 3, 2, 4, 5))

_STEADY_PART, _QUIET, _PEAK = 0.72, 0.8, 1.6
_PEAK_S = (2.0 * 3600, 3.2 * 3600)
_PAID_PART, _PAYING, _FREE = 0.35, 25, 120
_HEAVY, _BURSTS, _BURST = 3, 5, 40
_CHALLENGES, _ENTRANTS = 3, 40

Kind = Literal["paid", "challenge", "light", "heavy"]
KINDS: tuple[Kind, ...] = ("paid", "challenge", "light", "heavy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What someone wants: `cost_s` is what it will really take, which nobody knows before."""

    number: int
    at_s: float
    person: str
    kind: Kind
    model: int
    cost_s: float
    predicted_s: float

    @property
    def job_class(self) -> str:
        """The class it is queued in."""
        return "free" if self.kind in ("light", "heavy") else self.kind


def workload(seed: int) -> list[Ask]:
    """Make the asks of six hours, in the order in which they come."""
    maker = _Maker(random.Random(seed))
    asks = [*maker.steady(), *maker.bursts(), *maker.challenges()]
    return sorted(asks, key=lambda ask: ask.at_s)


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._made = 0

    def steady(self) -> Iterator[Ask]:
        mean_s = sum(p * s for p, s in zip(_POPULARITY, MODEL_S, strict=True)) / sum(_POPULARITY)
        usual_rate = LOAD * GPUS / mean_s * _STEADY_PART
        at_s = 0.0
        while at_s < HOURS * 3600:
            rate = usual_rate * (_PEAK if _PEAK_S[0] < at_s < _PEAK_S[1] else _QUIET)
            at_s += self._chance.expovariate(rate)
            if self._chance.random() < _PAID_PART:
                yield self._ask(at_s, f"paying {self._chance.randrange(_PAYING)}", "paid")
            else:
                yield self._ask(at_s, f"free {self._chance.randrange(_FREE)}", "light")

    def bursts(self) -> Iterator[Ask]:
        for heavy in range(_HEAVY):
            for _ in range(_BURSTS):
                start_s = self._chance.uniform(0, HOURS * 3600)
                favourite = self._chance.randrange(len(MODEL_S))
                for _ in range(_BURST):
                    at_s = start_s + self._chance.uniform(0, 60)
                    model = favourite if self._chance.random() < 0.7 else None
                    yield self._ask(at_s, f"heavy {heavy}", "heavy", model)

    def challenges(self) -> Iterator[Ask]:
        for challenge in range(_CHALLENGES):
            start_s = (1 + 2 * challenge) * HOURS * 3600 / 6
            for entrant in range(_ENTRANTS):
                at_s = start_s + self._chance.expovariate(1 / 90)
                yield self._ask(at_s, f"entrant {entrant}", "challenge")

    def _ask(self, at_s: float, person: str, kind: Kind, model: int | None = None) -> Ask:
        if model is None:
            [model] = self._chance.choices(range(len(MODEL_S)), _POPULARITY)
        cost_s = min(300.0, max(2.0, MODEL_S[model] * math.exp(self._chance.gauss(-0.08, 0.4))))
        self._made += 1
        return Ask(
            number=self._made,
            at_s=at_s,
            person=person,
            kind=kind,
            model=model,
            cost_s=cost_s,
            predicted_s=cost_s * math.exp(self._chance.gauss(0, 0.12)),
        )
