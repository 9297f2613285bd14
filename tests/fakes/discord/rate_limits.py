"""How many calls a bot may make in what time, as far as a test says so."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.discord.calls import Call
    from tests.fakes.discord.clock import Clock

_MAJOR = ("channel_id", "guild_id", "webhook_id", "token")
OUTSIDE_GLOBAL = frozenset({
    *("callback", "get_original", "edit_original", "delete_original"),
    *("followup", "get_followup", "edit_followup", "delete_followup"),
})  # fmt: skip
"""The routes of interactions do not count towards the global limit."""


@dataclass(slots=True)
class Window:
    """So many calls until a moment."""

    until: float
    used: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TooMany:
    """Why a call is refused, and for how long."""

    wait_s: float
    scope: str
    headers: dict[str, str]

    @property
    def is_global(self) -> bool:
        return self.scope == "global"

    def body(self) -> dict[str, object]:
        """Say it as Discord does."""
        why = "You are being rate limited."
        return {"message": why, "retry_after": self.wait_s, "global": self.is_global}

    def all_headers(self) -> dict[str, str]:
        """Say it in headers; discord.py believes only what came through a proxy."""
        said = {"Retry-After": str(int(self.wait_s) + 1), "X-RateLimit-Scope": self.scope}
        own = {"X-RateLimit-Global": "true"} if self.is_global else self.headers
        return said | own | {"Via": "1.1 google"}


@dataclass(slots=True)
class RateLimits:
    """The limits that are set; there are none at first.

    Attributes:
        routes: how many calls in how many seconds, by the name of a route.
        overall: the same for all routes together but those of interactions.
        refused: how many calls were refused.
    """

    clock: Clock
    routes: dict[str, tuple[int, float]] = field(default_factory=dict[str, tuple[int, float]])
    overall: tuple[int, float] | None = None
    refused: int = 0
    _windows: dict[str, Window] = field(default_factory=dict[str, Window])

    def take(self, call: Call) -> dict[str, str] | TooMany:
        """Count a call, and give the headers of its answer; or say that there were too many."""
        if self.overall is not None and call.route not in OUTSIDE_GLOBAL:
            most, per_s = self.overall
            window = self._window("", per_s)
            if window.used >= most:
                return self._refuse(window, "global", {})
            window.used += 1
        limit = self.routes.get(call.route)
        return {} if limit is None else self._take(call, *limit)

    def _take(self, call: Call, most: int, per_s: float) -> dict[str, str] | TooMany:
        major = "/".join(call.args[name] for name in _MAJOR if name in call.args)
        window = self._window(f"{call.route} {major}", per_s)
        is_over = window.used >= most
        window.used += 0 if is_over else 1
        left_s = max(0.0, window.until - self.clock.seconds())
        headers = {
            "X-RateLimit-Limit": str(most),
            "X-RateLimit-Remaining": str(most - window.used),
            "X-RateLimit-Reset": f"{self.clock.now().timestamp() + left_s:.3f}",
            "X-RateLimit-Reset-After": f"{left_s:.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(call.route.encode()).hexdigest()[:32],
        }
        return self._refuse(window, "user", headers) if is_over else headers

    def _refuse(self, window: Window, scope: str, headers: dict[str, str]) -> TooMany:
        self.refused += 1
        wait_s = round(max(0.001, window.until - self.clock.seconds()), 3)
        return TooMany(wait_s=wait_s, scope=scope, headers=headers)

    def _window(self, name: str, per_s: float) -> Window:
        now = self.clock.seconds()
        window = self._windows.get(name)
        if window is None or window.until <= now:
            window = self._windows[name] = Window(now + per_s)
        return window
