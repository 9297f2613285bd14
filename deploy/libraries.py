"""Whether every library that running needs is installed; imports none of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata


def missing_libraries() -> list[str]:
    """Look for the libraries of both sides, as the project's metadata lists them."""
    return [name for name in _required() if not _is_installed(name)]


def _required() -> Iterator[str]:
    for requirement in metadata.requires("zoetrope") or ():
        if not re.search(r"extra == .dev.$", requirement):
            yield re.split(r"[^\w.-]", requirement, maxsplit=1)[0]


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
