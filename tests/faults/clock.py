"""A clock that can be set, for one program: libfaketime in front of the system's."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from tests.faults.processes import NotInstalled

_LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"


class FakeClock:
    """A wall clock ahead of ours; what only counts seconds is left alone."""

    def __init__(self, folder: Path, library: Path) -> None:
        folder.mkdir(parents=True)
        self._library = library
        self._file = folder / "ahead"
        self.set_ahead(hours=0)

    @property
    def environment(self) -> Mapping[str, str]:
        """What makes a program go by this clock."""
        return {
            # Debian's Redis allocates with jemalloc, which asks for the time before the library can
            # tell it: so it is given the system's malloc.
            "LD_PRELOAD": f"{self._library} libc.so.6",
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set_ahead(self, *, hours: int) -> None:
        """Set the clock, at once; negative hours are behind."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{hours * 3600:+d}\n")
        new.replace(self._file)

    def true_time(self) -> float:
        """Seconds since 1970, by our own clock."""
        return time.time()


def fake_clock(folder: Path) -> FakeClock:
    """Make a clock that is right, and keeps its setting in a folder.

    Raises:
        NotInstalled: the library is not there.
    """
    found = sorted(Path("/").glob(_LIBRARIES.lstrip("/")))
    if not found:
        raise NotInstalled("libfaketime", "libfaketime")
    return FakeClock(folder, found[0])
