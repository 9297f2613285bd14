"""What one kind of request does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.discord.calls import Call
    from tests.fakes.discord.world import World

Act = Callable[["World", "Call"], object]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path, in which names stand in braces; what is asked has a name too.

    Attributes:
        needs_token: whether only the bot itself may ask; who has an interaction's token may use it.
    """

    name: str
    method: str
    path: str
    act: Act
    needs_token: bool = True


class Routes:
    """All there are."""

    def __init__(self, routes: list[Route]) -> None:
        self.names = {route.name for route in routes}
        self._by_shape: dict[tuple[str, int], list[tuple[list[str], Route]]] = {}
        for route in routes:
            parts = route.path.split("/")
            self._by_shape.setdefault((route.method, len(parts)), []).append((parts, route))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """Find what is asked for, and what stands in its path."""
        said = path.split("/")
        for parts, route in self._by_shape.get((method, len(said)), []):
            pairs = list(zip(parts, said, strict=True))
            if all(part == it or part.startswith("{") for part, it in pairs):
                return route, {part[1:-1]: it for part, it in pairs if part.startswith("{")}
        return None
