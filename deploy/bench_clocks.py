"""When what was done while a worker is measured: clips, films, LoRA swaps, and a GPU's own word."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch

from engine.effects.maker import ClipMaker, Film, Made
from engine.effects.order import Order, Report, unwatched
from engine.effects.recipe_camera import RecipeCamera
from engine.effects.recipe_models import RecipeModels
from engine.effects.variants import RecipeVariant
from engine.pipelines.longer.script import Script
from engine.pipelines.preview import Show
from engine.pipelines.take import Footage
from engine.pipelines.watching import Watch
from engine.safety import SafetyGate
from engine.vision.scene import Face
from engine.vision.vision import Vision

Span = tuple[float, float]


@dataclass(slots=True)
class Times:
    """When what was done, by one clock.

    Attributes:
        films: when there was filming.
        shots: the same, with all that has to be done before and afterwards in the same thread.
        ends: when films were finished.
        switches: seconds that LoRA swaps took.
    """

    films: list[Span] = field(default_factory=list[Span])
    shots: list[Span] = field(default_factory=list[Span])
    ends: list[Span] = field(default_factory=list[Span])
    switches: list[float] = field(default_factory=list[float])


class Faceless(Vision):
    """Sees no faces, and so needs no weights."""

    def __init__(self, device: torch.device) -> None:
        """Have nothing to see with."""
        self.device = str(device)

    def faces(self, photo: Any) -> tuple[Face, ...]:  # noqa: ARG002
        """Find none."""
        return ()


class ClockedMaker(ClipMaker):
    """Notes when each clip is shot, and finished."""

    def __init__(self, camera: RecipeCamera, times: Times) -> None:
        super().__init__(camera, SafetyGate(), camera)
        self._times = times

    def shoot(self, order: Order, report: Report = unwatched, show: Show | None = None) -> Film:
        """Shoot the film of a clip."""
        with _noted(self._times.shots):
            return super().shoot(order, report, show)

    def finish(self, film: Film, report: Report = unwatched) -> Made:
        """Make a clip of a film."""
        with _noted(self._times.ends):
            return super().finish(film, report)


class ClockedModels:
    """Notes when there is filming."""

    def __init__(self, models: RecipeModels, times: Times) -> None:
        self._models = models
        self._times = times

    def film(
        self, recipe: RecipeVariant, script: Script, watch: Watch, show: Show | None = None
    ) -> Footage:
        """Film a script."""
        with _noted(self._times.films):
            return self._models.film(recipe, script, watch, show)


@contextmanager
def _noted(spans: list[Span]) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    spans.append((begun, time.perf_counter()))


@contextmanager
def watching_gpu(device: torch.device) -> Iterator[list[float]]:
    """Ask a GPU's driver ten times a second how busy it is; the list is there after the block."""
    seen: list[float] = []
    tool = shutil.which("nvidia-smi") if device.type == "cuda" else None
    if tool is None:
        yield seen
        return
    which = ["-i", str(device.index or 0), "--query-gpu=utilization.gpu", "-lms", "100"]
    command = [tool, *which, "--format=csv,noheader,nounits"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as asking:
        yield seen
        asking.terminate()
        told, _ = asking.communicate()
        seen += [float(line) / 100 for line in told.split() if line.isdigit()]
