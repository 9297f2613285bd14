"""What is served of files and of faces."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.discord.world import World


def served(world: World, path: str, query: Mapping[str, str]) -> tuple[bytes, str] | None:
    """Find what an address is of, and its type; None when it is good no more."""
    if path.startswith("avatars/"):
        return _avatar(world, path)
    if path.startswith("embed/avatars/"):
        return _drawn(), "image/png"
    file = world.files.at(path, dict(query))
    return None if file is None else (file.data, file.type or "application/octet-stream")


def _avatar(world: World, path: str) -> tuple[bytes, str] | None:
    _, number, name = path.split("/")
    person = world.people.get(int(number))
    if person is None or person.avatar is None or person.avatar_hash != name.split(".")[0]:
        return None
    return person.avatar, "image/png"


@cache
def _drawn() -> bytes:
    """Draw the face of those who have none."""
    written = io.BytesIO()
    Image.new("RGB", (128, 128), "slateblue").save(written, "PNG")
    return written.getvalue()
