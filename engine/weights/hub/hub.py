"""What is asked of a model hub."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file as a hub lists it: large ones by sha256, small ones by what git calls them."""

    bytes: int
    sha256: str | None
    blob: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The files of a repository at one revision."""

    repo: str
    revision: str
    files: Mapping[str, Listed]


class Hub(Protocol):
    """A place that has models.

    Both raise HubUnreachable when there is no answer, and WeightsRefused when it is no.
    """

    def listing(self, repo: str, revision: str | None = None) -> Listing:
        """List a repository at a revision, the newest unless it is given."""
        ...

    def download(self, repo: str, revision: str, path: str, into: Path, size: int) -> None:
        """Download a file of so many bytes, going on from what is there of it."""
        ...
