"""The Bot API over HTTP."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from tests.fakes.faults import ConnectionLost, Fault, Faults, hang_up
from tests.fakes.telegram.calls import Call, check_size, read_call
from tests.fakes.telegram.errors import ApiError, unauthorized, unknown_method
from tests.fakes.telegram.flood import Flood
from tests.fakes.telegram.methods import METHODS
from tests.fakes.telegram.world import World

_READ_AT_MOST = 128 << 20


class Server:
    """Takes the bot's calls.

    Attributes:
        seen: told of every call before anything else happens.
        flood: None: a bot may do as much as it likes.
        troubles: what went wrong in the fake itself.
    """

    def __init__(self, world: World, seen: Callable[[Call], None]) -> None:
        self.world = world
        self.faults = Faults("getUpdates")
        self.flood: Flood | None = None
        self.troubles: list[Exception] = []
        self.url = ""
        self._seen = seen

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Listen on a free port of loopback."""
        app = web.Application(client_max_size=_READ_AT_MOST)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield
        finally:
            await self.world.updates.close()
            await runner.cleanup()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        call = await read_call(request, request.match_info["method"], self.world.now())
        try:
            if request.match_info["token"] != self.world.token:
                raise unauthorized()
            self._seen(call)
            result = await self._answer(call)
        except ApiError as error:
            call.error = error
            return web.json_response(error.body(), status=error.code)
        except ConnectionLost:
            return hang_up(request)
        except Exception as trouble:
            self.troubles.append(trouble)
            raise
        finally:
            call.is_done = True
            self.world.changes.announce()
        return web.json_response({"ok": True, "result": result})

    async def _answer(self, call: Call) -> object:
        fault = self.faults.take(call.method) or Fault()
        return await fault.around(lambda: self._act(call), self.world.changes)

    async def _act(self, call: Call) -> object:
        method = METHODS.get(call.method.lower())
        if method is None:
            raise unknown_method()
        check_size(call)
        if self.flood is not None:
            self.flood.check(call)
        result = method(self.world, call)
        return await result if inspect.isawaitable(result) else result

    async def _file(self, request: web.Request) -> web.StreamResponse:
        file = self.world.files.at(request.match_info["path"])
        if request.match_info["token"] != self.world.token or file is None:
            error = ApiError(404, "Not Found")
            return web.json_response(error.body(), status=error.code)
        return web.Response(body=file.data, content_type="application/octet-stream")
