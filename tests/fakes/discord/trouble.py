"""How a test lets Discord misbehave."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta

from tests.fakes.discord.errors import ApiError
from tests.fakes.discord.rest import ROUTES
from tests.fakes.discord.server import Server
from tests.fakes.faults import Fault, Gate, Lost


class Trouble:
    """Faults, limits, a gateway that is down, time that passes."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def fail(
        self, route: str, *, error: ApiError | Lost, times: int = 1, after: bool = False
    ) -> None:
        """Let the next calls of a route fail.

        Args:
            route: its name, "cdn", or "*" for any but the CDN's.
            error: what is answered instead, or LOST for no answer.
            times: how many calls.
            after: whether they are acted upon first.
        """
        self._add(route, Fault(error=error, after=after), times)

    def delay(self, route: str, *, by_s: float, times: int = 1) -> None:
        """Let the next calls of a route be answered late; they are acted upon at once."""
        self._add(route, Fault(late_s=by_s), times)

    def hold(self, route: str, *, times: int = 1) -> Gate:
        """Let the next calls of a route wait, before they are acted upon, for the gate to open."""
        gate = Gate()
        self._add(route, Fault(gate=gate), times)
        return gate

    def limit(self, route: str, calls: int, *, per_s: float) -> None:
        """Let a route take so many calls for each channel, guild or token."""
        assert route in ROUTES.names, f"no {route!r} among {sorted(ROUTES.names)}"
        self._server.limits.routes[route] = (calls, per_s)

    def limit_all(self, calls: int, *, per_s: float = 1.0) -> None:
        """Let all routes but those of interactions take so many calls together."""
        self._server.limits.overall = (calls, per_s)

    def unlimit(self) -> None:
        """Take every limit back."""
        self._server.limits.routes.clear()
        self._server.limits.overall = None

    @property
    def too_many(self) -> int:
        """How often the bot was told that it asks too much."""
        return self._server.limits.refused

    @property
    def invalid_requests(self) -> int:
        """How often the bot was answered 401, 403 or 429; too often, and Discord bans it."""
        return self._server.invalid

    def grant(self, intents: int) -> None:
        """Grant the application privileged intents, in bits."""
        self._server.world.gateway.privileged |= intents

    def drop_gateway(self) -> None:
        """Break every line to the gateway; what happens is replayed when the bot resumes."""
        self._server.world.gateway.drop()

    async def close_gateway(self, code: int) -> None:
        """Close every connection to the gateway with a code."""
        await self._server.world.gateway.close(code)

    def invalidate_sessions(self) -> None:
        """Forget every session: the bot has to identify again, and misses what was not told."""
        self._server.world.gateway.invalidate()

    @contextmanager
    def without_gateway(self) -> Generator[None]:
        """Break every line to the gateway, and let the bot not come back until the end."""
        gateway = self._server.world.gateway
        gateway.is_down = True
        gateway.drop()
        try:
            yield
        finally:
            gateway.is_down = False

    def pass_time(self, passed: timedelta) -> None:
        """Let time pass at Discord: tokens and addresses get old."""
        self._server.world.pass_time(passed)

    def _add(self, route: str, fault: Fault, times: int) -> None:
        names = ROUTES.names | {"cdn", "*"}
        assert route in names, f"no {route!r} among {sorted(names)}"
        self._server.faults.add(route, fault, times)
