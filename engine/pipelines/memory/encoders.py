"""Text encoders that are given up when they are not needed, and come back by themselves."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import nn

from engine.pipelines.loaded import Loaded

log = logging.getLogger(__name__)

Place = Callable[[nn.Module], None]
"""Puts an encoder where it is to run."""
_NAME = "text_encoder"


def nowhere_else(_encoder: nn.Module) -> None:
    """Leave an encoder where it was read to."""


def encoders_of(loaded: Loaded) -> dict[str, nn.Module]:
    """Find the text encoders of a base by their names."""
    return {
        name: part
        for name, part in loaded.pipeline.components.items()
        if name.startswith(_NAME) and isinstance(part, nn.Module)
    }


class Encoders:
    """The text encoders of a base, which can be dropped.

    In their place stands something that reads them again from the base's folder as soon as
    anybody asks for what only they know.
    """

    def __init__(self, loaded: Loaded, folder: Path, place: Place = nowhere_else) -> None:
        self._pipelines = loaded.pipelines
        self._folder = folder
        self._place = place
        self._names = list(encoders_of(loaded))

    @property
    def are_here(self) -> bool:
        """Whether all of them are in memory."""
        return not any(isinstance(self._at(name), _Absent) for name in self._names)

    def drop(self) -> None:
        """Free the memory that they take."""
        for name in self._names:
            if not isinstance(self._at(name), _Absent):
                self._set(name, _Absent(self._at(name), self._reader(name)))
        gc.collect()

    def bring_back(self) -> None:
        """Read those that were dropped."""
        for name in self._names:
            if isinstance(found := self._at(name), _Absent):
                found.come_back()

    def _reader(self, name: str) -> Callable[[], Any]:
        made = type(self._at(name))
        dtype = self._at(name).dtype

        def read() -> Any:
            if isinstance(self._at(name), _Absent):
                log.debug("%s is read again from %s", name, self._folder)
                encoder = made.from_pretrained(
                    self._folder / name, dtype=dtype, local_files_only=True, use_safetensors=True
                )
                encoder.eval().requires_grad_(False)
                self._place(encoder)
                self._set(name, encoder)
            return self._at(name)

        return read

    def _at(self, name: str) -> Any:
        return getattr(self._pipelines[0], name)

    def _set(self, name: str, encoder: Any) -> None:
        for pipeline in self._pipelines:
            setattr(pipeline, name, encoder)


class _Absent:
    """What stands in an encoder's place: knows what is asked in passing, and else has it come."""

    def __init__(self, encoder: Any, come_back: Callable[[], Any]) -> None:
        self.dtype = encoder.dtype
        self.config = encoder.config
        self.come_back = come_back
        self._known = frozenset(dir(encoder))

    def __call__(self, *positional: Any, **named: Any) -> Any:
        return self.come_back()(*positional, **named)

    def __getattr__(self, name: str) -> Any:
        # whoever looks through all parts of a pipeline for what they can do wants none to come
        if name.startswith("_") or name not in self._known:
            raise AttributeError(name)
        return getattr(self.come_back(), name)
