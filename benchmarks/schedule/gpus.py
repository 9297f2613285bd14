"""Simulated GPUs: one model loaded, two more in the host's memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.jobs.order import Ability

FROM_MEMORY_S = 4.0
FROM_DISK_S = 20.0
MODELS_IN_MEMORY = 2


def need(model: int) -> str:
    """Name the need-key of a model."""
    return f"recipe:{model}"


@dataclass(slots=True)
class Gpu:
    """One worker and what it holds."""

    name: str
    models: int
    loaded: int | None = None
    in_memory: list[int] = field(default_factory=list[int])

    def switch_s(self, model: int) -> float:
        """Tell how long it takes to be ready for a model."""
        if model == self.loaded:
            return 0.0
        return FROM_MEMORY_S if model in self.in_memory else FROM_DISK_S

    def load(self, model: int) -> float:
        """Get ready for a model; says how long that took."""
        took_s = self.switch_s(model)
        if model != self.loaded:
            kept = [*self.in_memory, *([] if self.loaded is None else [self.loaded])]
            self.in_memory = [held for held in kept if held != model][-MODELS_IN_MEMORY:]
            self.loaded = model
        return took_s

    @property
    def ability(self) -> Ability:
        """What it would say in a claim."""
        return Ability(switch_s={need(model): self.switch_s(model) for model in range(self.models)})
