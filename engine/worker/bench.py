"""What a worker works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.effects.catalogue import Effect
from engine.effects.maker import ClipMaker
from engine.jobs.media.store import MediaStore
from engine.jobs.order import Ability
from engine.jobs.queue import JobQueue
from engine.worker.metrics import WorkerMetrics
from engine.worker.pace import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The parts a worker needs, ready to use."""

    queue: JobQueue
    media: MediaStore
    maker: ClipMaker
    effects: Mapping[str, Effect]
    ability: Ability
    measured: Measured
    metrics: WorkerMetrics


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
