"""What the bot can ask for, by method and path."""

from __future__ import annotations

from tests.fakes.discord.rest import about, answers, followups, places, talking
from tests.fakes.discord.rest.route import Route, Routes

ROUTES = Routes(
    [*about.ROUTES, *answers.ROUTES, *followups.ROUTES, *places.ROUTES, *talking.ROUTES]
)

__all__ = ["ROUTES", "Route", "Routes"]
