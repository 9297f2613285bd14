"""The Bot API's calls over aiohttp, which takes a fraction of the time of the library's own way."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

_CONNECT_S = 10.0
_IDLE_S = 45.0


class Transport(BaseRequest):
    """Connections to a Bot API server; environment variables may name a proxy.

    Args:
        connections: how many calls at once.
        answer_s: how long an answer may take.
        upload_s: how long a call with a file may take.
    """

    def __init__(self, *, connections: int, answer_s: float, upload_s: float) -> None:
        self._connections = connections
        self._answer_s = answer_s
        self._upload_s = upload_s
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """How long an answer may take unless a call says otherwise."""
        return self._answer_s

    async def initialize(self) -> None:
        """Open; again is fine."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=_IDLE_S)
            self._session = aiohttp.ClientSession(connector=connector)

    async def shutdown(self) -> None:
        """Close; again is fine."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """Make a call; gives the status and the body of the answer.

        Raises:
            TimedOut, NetworkError: there was no answer.
        """
        if self._session is None:
            raise RuntimeError("the transport is not open")
        usual_s = self._answer_s if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        uploads = request_data is not None and request_data.contains_files
        total_s = max(self._upload_s, usual_s) if uploads else usual_s
        patience = aiohttp.ClientTimeout(total=total_s, sock_connect=_CONNECT_S)
        body = None if request_data is None else _body(request_data)
        asked = self._session.request(
            method, url, data=body, timeout=patience, proxy=_proxy(*urlsplit(url)[:2])
        )
        try:
            async with asked as answer:
                return answer.status, await answer.read()
        except TimeoutError as error:
            raise TimedOut from error
        except (aiohttp.ClientError, OSError) as error:
            # its text may have the address in it, and with it the token
            raise NetworkError(type(error).__name__) from error


@cache
def _proxy(scheme: str, host: str) -> str | None:
    """Find the proxy that the environment names, once: the library would look at every call."""
    return None if proxy_bypass(host) else getproxies().get(scheme)


def _body(data: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData(data.json_parameters)
    for name, (filename, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form
