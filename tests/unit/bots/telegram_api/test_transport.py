"""Calls of the Bot API: what comes back, what goes wrong, and which way they go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator

import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer, unused_port
from telegram.error import NetworkError, TimedOut

from bots.telegram_api import transport as module
from bots.telegram_api.transport import Transport

TOKEN = "123:secret"


@pytest.fixture(autouse=True)
def no_proxy_known() -> Generator[None]:
    module._proxy.cache_clear()
    yield
    module._proxy.cache_clear()


@pytest.fixture
async def transport() -> AsyncGenerator[Transport]:
    transport = Transport(connections=2, answer_s=0.3, upload_s=1.0)
    await transport.initialize()
    yield transport
    await transport.shutdown()


@pytest.fixture
async def server() -> AsyncGenerator[RawTestServer]:
    """Answer with what was asked for, as it was written; /silent is never answered."""
    closing = asyncio.Event()

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.path == "/silent":
            await closing.wait()
        return web.Response(status=404, text=request.raw_path)

    server = RawTestServer(answer)
    async with server:
        yield server
        closing.set()


async def test_the_status_and_the_body_come_back(
    transport: Transport, server: RawTestServer
) -> None:
    answer = await transport.do_request(str(server.make_url("/getMe")), "POST")

    assert answer == (404, b"/getMe")


async def test_an_answer_that_takes_too_long_is_not_waited_for(
    transport: Transport, server: RawTestServer
) -> None:
    with pytest.raises(TimedOut):
        await transport.do_request(str(server.make_url("/silent")), "POST")


async def test_what_goes_wrong_does_not_tell_the_token(transport: Transport) -> None:
    with pytest.raises(NetworkError) as error:
        await transport.do_request(f"http://127.0.0.1:{unused_port()}/bot{TOKEN}/getMe", "POST")

    assert TOKEN not in str(error.value)


async def test_calls_go_through_the_proxy_that_the_environment_names(
    transport: Transport, server: RawTestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", str(server.make_url("/")))
    monkeypatch.setenv("no_proxy", "")

    _, body = await transport.do_request("http://telegram.invalid/getMe", "POST")

    assert body == b"http://telegram.invalid/getMe"


async def test_hosts_that_need_no_proxy_are_reached_directly(
    transport: Transport, server: RawTestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{unused_port()}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    assert await transport.do_request(str(server.make_url("/getMe")), "POST") == (404, b"/getMe")
