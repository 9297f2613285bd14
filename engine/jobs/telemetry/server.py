"""The operator's port: /metrics for Prometheus, /livez and /readyz for whatever keeps us running.

Served from threads of its own, so it answers while the event loop does not.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Thread
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from engine.jobs.logs import masked
from engine.jobs.settings import PREFIX, BadSetting, SharedSettings
from engine.jobs.telemetry.health import Health

_TEXT = "text/plain; charset=utf-8"

log = logging.getLogger(__name__)


@asynccontextmanager
async def serving_as_set(
    settings: SharedSettings, registry: CollectorRegistry, health: Health
) -> AsyncGenerator[None]:
    """Serve metrics and health where the settings say, if they do, while the block runs."""
    if settings.metrics_port == 0:
        yield
        return
    host, port = settings.metrics_host, settings.metrics_port
    async with serving(registry, health, host=host, port=port):
        log.info("metrics and health are at http://%s:%d/", host, port)
        yield


@asynccontextmanager
async def serving(
    registry: CollectorRegistry, health: Health, *, host: str, port: int
) -> AsyncGenerator[int]:
    """Serve metrics and health for as long as the block runs.

    Yields:
        The port: any free one when it was 0.

    Raises:
        BadSetting: nothing can listen there.
    """
    server = _listen(registry, health, host, port)
    thread = Thread(target=server.serve_forever, name="telemetry", daemon=True)
    thread.start()
    ticking = asyncio.create_task(health.keep_ticking())
    try:
        yield server.server_address[1]
    finally:
        ticking.cancel()
        await asyncio.to_thread(server.shutdown)
        server.server_close()


def _listen(registry: CollectorRegistry, health: Health, host: str, port: int) -> _Server:
    try:
        return _Server(registry, health, host, port)
    except OSError as error:
        raise BadSetting(
            f"{PREFIX}METRICS_PORT: {host}:{port} cannot be listened on ({error.strerror});"
            " give every process on a machine its own, 0 for none"
        ) from error


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False  # an answer may wait for a loop that is not turning any more

    def __init__(self, registry: CollectorRegistry, health: Health, host: str, port: int) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), partial(_Answer, registry, health))

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Log what went wrong; that nobody waits for the answer any more is no mistake."""
        if not isinstance(sys.exception(), OSError):
            log.exception("an operator's question could not be answered")


class _Answer(BaseHTTPRequestHandler):
    timeout = 10.0

    def __init__(self, registry: CollectorRegistry, health: Health, *request: Any) -> None:
        self._registry = registry
        self._health = health
        super().__init__(*request)  # answers the request

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/metrics":
            encode, kind = choose_encoder(self.headers.get("Accept", ""))
            self._send(HTTPStatus.OK, kind, encode(self._registry))
        elif path == "/livez":
            self._say(self._health.why_dead())
        elif path == "/readyz":
            self._say(self._health.why_not_ready())
        else:
            self._send(HTTPStatus.NOT_FOUND, _TEXT, b"/metrics, /livez or /readyz\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is overridden
        """Write nothing down: a probe every few seconds would drown what matters."""

    def _say(self, trouble: str | None) -> None:
        status = HTTPStatus.SERVICE_UNAVAILABLE if trouble else HTTPStatus.OK
        self._send(status, _TEXT, f"{masked(trouble or 'ok')}\n".encode())

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
