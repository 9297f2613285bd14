"""What holding a base took the last time, kept over restarts."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

log = logging.getLogger(__name__)


class Measure(BaseModel):
    """Measured of a base on one kind of device.

    Attributes:
        gb: that it takes while it waits.
        peak_gb: that it took at most while it filmed.
        load_s: seconds until it was ready.
    """

    model_config = ConfigDict(frozen=True)

    gb: float
    peak_gb: float = 0.0
    load_s: float


_ALL = TypeAdapter(dict[str, Measure])


class Measures:
    """Measures by device, base and plan; a file that cannot be read or written does no harm."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = self._read()

    def get(self, device: str, base: str, notch: int) -> Measure | None:
        """Find what was measured."""
        return self._known.get(_key(device, base, notch))

    def put(self, device: str, base: str, notch: int, measure: Measure) -> None:
        """Keep what was measured, and the highest peak."""
        key = _key(device, base, notch)
        before = self._known.get(key)
        peak = max(measure.peak_gb, before.peak_gb if before else 0.0)
        self._known[key] = measure.model_copy(update={"peak_gb": peak})
        partial = self._file.with_suffix(f".{os.getpid()}.partial")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            told = {name: each.model_dump() for name, each in sorted(self._known.items())}
            partial.write_text(json.dumps(told, indent=1), encoding="utf-8")
            partial.replace(self._file)
        except OSError as error:
            log.warning("what was measured is not kept: %s", error)

    def _read(self) -> dict[str, Measure]:
        try:
            return _ALL.validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError) as error:
            log.warning("%s cannot be read, and is measured anew: %s", self._file, error)
            return {}


def _key(device: str, base: str, notch: int) -> str:
    return f"{device} | {base} | {notch}"
