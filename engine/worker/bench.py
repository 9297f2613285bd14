"""What a worker works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.effects.catalogue import Effect
from engine.effects.maker import ClipMaker
from engine.jobs.media.store import MediaStore
from engine.jobs.order import Ability
from engine.jobs.queue import JobQueue
from engine.worker.metrics import WorkerMetrics
from engine.worker.pace import Measured

if TYPE_CHECKING:
    from engine.effects.recipe_models import RecipeModels  # imports what models are run by


def nothing_new() -> bool:
    """Have the same effects for good."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The parts a worker needs, ready to use.

    Attributes:
        effects: the usual version of each by its id, others by `id@version`.
        look_again: has the effects and the models as the folders say now; says whether anything has
            changed. For any thread.
    """

    queue: JobQueue
    media: MediaStore
    maker: ClipMaker
    effects: Mapping[str, Effect]
    look_again: Callable[[], bool] = nothing_new
    ability: Ability
    models: RecipeModels | None = None
    measured: Measured
    metrics: WorkerMetrics

    @property
    def able(self) -> Ability:
        """What it can do now, and how soon: with looks always, with models as they are loaded."""
        if self.models is None:
            return self.ability
        return replace(self.ability, switch_s={**self.ability.switch_s, **self.models.offers()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a worker waits, in seconds, until it gives up.

    Attributes:
        drain_s: for the clip at hand when it is told to stop.
        stuck_s: for progress, or three times as long as the clip should take if that is more; then
            the worker counts as stuck, and after twice that the clip is given up.
        stop_s: for a clip that is given up to heed that.
        media_s: for a media store that does not answer; a clip already made is kept for it until
            the worker has to stop.
    """

    drain_s: float = 30.0
    stuck_s: float = 300.0
    stop_s: float = 5.0
    media_s: float = 60.0


USUAL_PATIENCE = Patience()
