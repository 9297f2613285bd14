"""A Discord that only says what a bot and its application are."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = "a token"
PERMISSIONS = 274878008320


def as_it_should_be() -> dict[str, Any]:
    """Describe an application whose operator has done all there is to do."""
    ways = {
        "0": {
            "oauth2_install_params": {
                "scopes": ["applications.commands", "bot"],
                "permissions": str(PERMISSIONS),
            }
        },
        "1": {
            "oauth2_install_params": {"scopes": ["applications.commands"], "permissions": "0"},
        },
    }
    return {
        "id": "4211",
        "name": "Zoetrope",
        "flags": 1 << 23,
        "bot_public": True,
        "bot_require_code_grant": False,
        "interactions_endpoint_url": None,
        "integration_types_config": ways,
    }


@dataclass
class Portal:
    """What its API says; `status` makes it say that something is wrong, `moved_to` send on.

    Attributes:
        heard: what it was given as a token.
    """

    application: dict[str, Any] = field(default_factory=as_it_should_be)
    shards: int = 1
    starts_left: int = 997
    status: int = 200
    moved_to: str = ""
    url: str = ""
    heard: set[str | None] = field(default_factory=set[str | None])

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncGenerator[Portal]:
        """Serve it."""
        portal = cls()
        app = web.Application()
        app.router.add_get("/api/v10/{path:.*}", portal._answer)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            portal.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/v10"
            yield portal
        finally:
            await runner.cleanup()

    @property
    def given_in_servers(self) -> dict[str, Any]:
        """What a server gives the bot."""
        return self.application["integration_types_config"]["0"]["oauth2_install_params"]

    async def _answer(self, request: web.Request) -> web.Response:
        path, token = request.match_info["path"], request.headers.get("Authorization")
        self.heard.add(token)
        if self.moved_to:
            raise web.HTTPFound(f"{self.moved_to}/{path}")
        if token != f"Bot {TOKEN}" or "DiscordBot (" not in request.headers["User-Agent"]:
            return web.json_response({"message": "401: Unauthorized", "code": 0}, status=401)
        starts = {"total": 1000, "remaining": self.starts_left, "reset_after": 1}
        answers = {
            "users/@me": {"id": "4212", "username": "zoetrope"},
            "applications/@me": self.application,
            "gateway/bot": {
                "url": "wss://gateway.invalid",
                "shards": self.shards,
                "session_start_limit": starts,
            },
        }
        return web.json_response(answers[path], status=self.status)
