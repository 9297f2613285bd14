"""Which of the bases in memory are shared out among the processes of a group."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from weakref import WeakSet

import torch

from engine.errors import NotHere
from engine.pipelines.loaded import Loaded
from engine.pipelines.memory.profiles import Place, Plan
from engine.pipelines.speed.context_parallel import ContextParallel, divide, is_shared

log = logging.getLogger(__name__)


class Sharing:
    """Shares out every base that can be, as it is read; for one film at a time."""

    def __init__(self, switch: ContextParallel) -> None:
        self._switch = switch
        self._shareable: WeakSet[Loaded] = WeakSet()
        self._alone: dict[str, str] = {}
        self._model = ""
        self._is_together = True
        self._evenly = True

    def begin(self, model: str) -> None:
        """Film with a model next, which may have to be read first."""
        self._model = model

    def tune(self, loaded: Loaded, plan: Plan) -> None:
        """Share out a base that was just read, if it can be and is to be."""
        if self._model in self._alone:
            return
        try:
            if plan.denoiser is not Place.DEVICE:
                raise NotHere("its weights do not stay on the device")
            self._turn_on(loaded)
        except NotHere as error:
            self.leave(self._model, error.reason)
            return
        self._shareable.add(loaded)
        divide(loaded, evenly=self._evenly)
        if not self._is_together:
            self._turn_off(loaded)

    def leave(self, model: str, why: str) -> None:
        """Have a model film alone from now on."""
        log.warning("%s is filmed on one device alone: %s", model, why)
        self._alone[model] = why

    def why_alone(self, model: str) -> str | None:
        """Say why a model films alone; None: it does not."""
        return self._alone.get(model)

    @contextmanager
    def together(self, *, evenly: bool) -> Generator[None]:
        """Have all that can be shared filmed by the whole group, in equal parts or as it comes."""
        self._is_together, self._evenly = True, evenly
        for loaded in self._shareable:
            if not is_shared(loaded):
                self._turn_on(loaded)
            divide(loaded, evenly=evenly)
        # what sends parts of any size cannot be compiled
        with torch.compiler.set_stance("default" if evenly else "force_eager"):
            yield

    def apart(self) -> None:
        """Have everything filmed by this process alone."""
        self._is_together = False
        for loaded in self._shareable:
            if is_shared(loaded):
                self._turn_off(loaded)

    def _turn_on(self, loaded: Loaded) -> None:
        self._switch.turn_on(loaded)
        if loaded.held is not None:
            loaded.held = replace(loaded.held, speed=(*loaded.held.speed, self._switch.name))

    def _turn_off(self, loaded: Loaded) -> None:
        self._switch.turn_off(loaded)
        if loaded.held is not None:
            others = tuple(name for name in loaded.held.speed if name != self._switch.name)
            loaded.held = replace(loaded.held, speed=others)
