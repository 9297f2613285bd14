"""Discord over HTTP."""

from __future__ import annotations

import inspect
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from tests.fakes.discord.calls import Call, read_body
from tests.fakes.discord.cdn import served
from tests.fakes.discord.errors import ApiError, not_found, unauthorized
from tests.fakes.discord.rate_limits import RateLimits, TooMany
from tests.fakes.discord.rest import ROUTES, Route
from tests.fakes.discord.world import World
from tests.fakes.faults import ConnectionLost, Fault, Faults, hang_up

_READ_AT_MOST = 256 << 20
_INVALID = {401, 403, 429}
_GONE = "This content is no longer available."


class Server:
    """Takes the bot's calls.

    Attributes:
        invalid: how many calls were answered 401, 403 or 429.
        seen: told of every call before anything else happens.
        troubles: what went wrong in the fake itself, and what the bot asked that does not exist.
    """

    def __init__(self, world: World, seen: Callable[[Call], None]) -> None:
        self.world = world
        self.faults = Faults("cdn")
        self.limits = RateLimits(world.clock)
        self.troubles: list[Exception] = []
        self.invalid = 0
        self.url = ""
        self._seen = seen

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Listen on a free port of loopback."""
        app = web.Application(client_max_size=_READ_AT_MOST)
        app.router.add_route("*", "/api/v10/{path:.+}", self._call)
        app.router.add_get("/gateway", self.world.gateway.serve)
        app.router.add_get("/gateway/", self.world.gateway.serve)
        app.router.add_get("/cdn/{path:.+}", self._file)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host = f"127.0.0.1:{runner.addresses[0][1]}"
        self.url = f"http://{host}"
        self.world.gateway.url = f"ws://{host}/gateway"
        self.world.files.cdn_url = f"{self.url}/cdn"
        try:
            yield
        finally:
            self.world.gateway.drop()
            await runner.cleanup()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        answer = await self._answered(request)
        self.invalid += answer.status in _INVALID
        self.world.changes.announce()
        return answer

    async def _answered(self, request: web.Request) -> web.StreamResponse:
        found = ROUTES.find(request.method, request.match_info["path"])
        route, args = found if found else (None, {})
        body, files = await read_body(request)
        call = self._record(request, route.name if route else "", args, body, files)
        if route is not None and route.needs_token and not self._is_bot(request):
            return _refusal(call, unauthorized())
        limited = self.limits.take(call)
        if isinstance(limited, TooMany):
            return _json(call, limited.body(), 429, limited.all_headers())
        try:
            result = await self._answer(route, call)
        except ApiError as error:
            return _refusal(call, error, limited)
        except ConnectionLost:
            return hang_up(request)
        except Exception as trouble:
            self.troubles.append(trouble)
            raise
        return _json(call, result, 204 if result is None else 200, limited)

    def _is_bot(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") == f"Bot {self.world.token}"

    def _record(
        self, request: web.Request, name: str, args: dict[str, str], body: object, files: dict
    ) -> Call:
        call = Call(
            route=name,
            method=request.method,
            path=request.path,
            args=args,
            query=request.query,
            body=body,
            files=files,
            at=self.world.clock.now(),
        )
        self._seen(call)
        return call

    async def _answer(self, route: Route | None, call: Call) -> object:
        fault = self.faults.take(call.route)
        if fault is None:
            return await self._act(route, call)
        return await fault.around(lambda: self._act(route, call), self.world.changes)

    async def _act(self, route: Route | None, call: Call) -> object:
        if route is None:
            self.troubles.append(LookupError(f"the fake has no {call.method} {call.path}"))
            raise not_found()
        result = route.act(self.world, call)
        return await result if inspect.isawaitable(result) else result

    async def _file(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        call = self._record(request, "cdn", {"path": path}, None, {})
        fault = self.faults.take("cdn") or Fault()
        await fault.wait(self.world.changes)
        try:
            fault.happen()
        except ApiError as error:
            return _refusal(call, error)
        except ConnectionLost:
            return hang_up(request)
        found = served(self.world, path, request.query)
        call.status = 200 if found else 404
        if found is None:
            return web.Response(status=404, text=_GONE)
        return web.Response(body=found[0], content_type=found[1])


def _refusal(call: Call, error: ApiError, headers: dict[str, str] | None = None) -> web.Response:
    call.error = error
    return _json(call, error.body(), error.status, headers)


def _json(
    call: Call, said: object, status: int, headers: dict[str, str] | None = None
) -> web.Response:
    call.status = status
    if status == 204:
        return web.Response(status=204, headers=headers)
    # discord.py reads JSON only where the type has no charset.
    body = json.dumps(said).encode()
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)
