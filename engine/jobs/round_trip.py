"""One round trip to Redis with as little Python as can be: waking an idle worker is made of two.

redis-py puts every send into a task with a time limit and packs commands in Python. Most sends fit
into the buffer at once, and hiredis packs ten times as fast; everything else, from
reconnecting to health checks, stays redis-py's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import hiredis
from redis.asyncio import (
    Connection,
    ConnectionPool,
    Redis,
    SSLConnection,
    UnixDomainSocketConnection,
)
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ResponseError

Argument = str | int | float
Reply = Any
"""What a command answers: None, an int, a string or nested lists of these."""


class _Lean(AbstractConnection):
    """What the kinds of connections below have in common."""

    def pack_command(self, *args: Any) -> list[bytes]:
        name, *rest = args
        return [hiredis.pack_command((*name.split(), *rest))]  # pyright: ignore[reportUnknownMemberType]

    async def send_packed_command(
        self, command: bytes | str | Iterable[bytes], check_health: bool = True
    ) -> None:
        pings_first = check_health and self._is_due_for_a_ping()
        if self._writer is not None and isinstance(command, list) and not pings_first:
            self._writer.writelines(command)
            transport = self._writer.transport
            _, most = transport.get_write_buffer_limits()
            if transport.get_write_buffer_size() <= most:
                return  # nobody would have to wait yet
            command = ()
        await super().send_packed_command(command, check_health)

    def _is_due_for_a_ping(self) -> bool:
        return asyncio.get_running_loop().time() > self.next_health_check


class LeanConnection(_Lean, Connection):
    """A connection over TCP."""


class LeanSSLConnection(_Lean, SSLConnection):
    """A connection over TLS."""


class LeanUnixConnection(_Lean, UnixDomainSocketConnection):
    """A connection over a socket in the file system."""


class LeanPool(ConnectionPool):
    """Connections that are handed out and taken back without a word to anybody's statistics."""

    async def get_connection(self, *_: Any, **__: Any) -> AbstractConnection:
        """Hand out a connection that can be used."""
        connection = self.get_available_connection()
        try:
            await self.ensure_connection(connection)
        except BaseException:
            await self.release(connection)
            raise
        return connection

    async def release(self, connection: AbstractConnection) -> None:
        """Take a connection back."""
        self._in_use_connections.remove(connection)
        if connection.should_reconnect():
            await connection.disconnect()
        self._available_connections.append(connection)


async def round_trip(redis: Redis, *commands: tuple[Argument, ...]) -> list[Reply]:
    """Send commands together and read what each answers; again when the connection breaks.

    Raises:
        ResponseError: the server refused one; the others have been done.
    """
    pool = redis.connection_pool
    connection = await pool.get_connection()

    async def once() -> list[Reply]:
        await connection.send_packed_command(connection.pack_commands(commands))
        replies = [await _read(connection) for _ in commands]
        for reply in replies:
            if isinstance(reply, ResponseError):
                raise reply
        return replies

    async def disconnect(_: Exception) -> None:
        await connection.disconnect()

    try:
        return await connection.retry.call_with_retry(once, disconnect)
    finally:
        await pool.release(connection)


async def _read(connection: AbstractConnection) -> Reply:
    try:
        return await connection.read_response()  # pyright: ignore[reportUnknownVariableType]
    except ResponseError as refusal:
        return refusal
