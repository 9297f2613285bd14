"""What the bot is told as it happens: sessions, and the connections they live on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.fakes.discord.errors import Json
from tests.fakes.discord.sessions import Session
from tests.fakes.discord.wire import guild_create_json

if TYPE_CHECKING:
    from tests.fakes.discord.world import World

GUILDS, MEMBERS, PRESENCES = 1 << 0, 1 << 1, 1 << 8
GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 9, 1 << 12, 1 << 15
PRIVILEGED = MEMBERS | PRESENCES | MESSAGE_CONTENT
_HEARTBEAT, _IDENTIFY, _PRESENCE, _RESUME, _INVALID, _HELLO, _ACK = 1, 2, 3, 6, 9, 10, 11
_UNKNOWN_OP, _NOT_AUTHENTICATED, _BAD_TOKEN, _TWICE = 4001, 4003, 4004, 4005
_BAD_SHARD, _BAD_INTENTS = 4010, 4014
_NOT_RESUMED = {WSCloseCode.OK, WSCloseCode.GOING_AWAY, 4004, 4007, 4009, *range(4010, 4015)}


class _Closed(Exception):
    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(slots=True, eq=False)
class Connection:
    """A websocket, and what is still to be written to it."""

    socket: web.WebSocketResponse
    request: web.Request
    packer: Any = None
    session: Session | None = None
    out: deque[str] = field(default_factory=deque[str])
    more: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, text: str) -> None:
        """Have something written."""
        self.out.append(text)
        self.more.set()

    def say(self, op: int, data: object) -> None:
        """Have something written that is no event."""
        self.put(json.dumps({"op": op, "d": data, "s": None, "t": None}))

    async def write(self) -> None:
        """Write until the connection ends."""
        with contextlib.suppress(ConnectionError):
            while True:
                while self.out:
                    await self._send(self.out.popleft())
                self.more.clear()
                await self.more.wait()

    def abort(self) -> None:
        """End it as a broken line does."""
        if self.request.transport is not None:
            self.request.transport.abort()

    async def _send(self, text: str) -> None:
        if self.packer is None:
            await self.socket.send_str(text)
            return
        packed = self.packer.compress(text.encode())
        await self.socket.send_bytes(packed + self.packer.flush(zlib.Z_SYNC_FLUSH))


class Gateway:
    """The gateway.

    Attributes:
        sessions: those that can be resumed, by id.
        connections: those that are open.
        privileged: the privileged intents that the application was granted, in bits.
        is_down: whether new connections are refused.
        heartbeat_s: how often the bot shall say that it lives.
        shards: how many the bot is told to use.
        refused: how many connections were refused.
        identifies: how often a session was begun.
        resumes: how often one was resumed.
    """

    def __init__(self, world: World) -> None:
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self.privileged = 0
        self.is_down = False
        self.heartbeat_s = 41.25
        self.shards = 1
        self.refused = 0
        self.identifies = 0
        self.resumes = 0
        self._world = world

    def sessions_for(self, guild_id: int | None) -> list[Session]:
        """List the sessions that are told of what happens in a guild, or in direct messages."""
        return [session for session in self.sessions.values() if session.covers(guild_id)]

    def tell(
        self,
        event: str,
        data: Callable[[], Json],
        *,
        guild_id: int | None,
        intents: int = 0,
        unread: Callable[[], Json] | None = None,
    ) -> None:
        """Have the bot told of something.

        Args:
            event: what Discord calls it.
            data: what to tell.
            guild_id: where it happened; None for direct messages.
            intents: in bits, of which it must have asked for one; 0 when it is told in any case.
            unread: what to tell instead if it may not read messages.
        """
        texts: dict[bool, str] = {}
        for session in self.sessions_for(guild_id):
            if intents and not session.intents & intents:
                continue
            reads = unread is None or bool(session.intents & MESSAGE_CONTENT)
            if reads not in texts:
                texts[reads] = json.dumps(data() if unread is None or reads else unread())
            session.put(event, texts[reads])

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Talk to the bot on one connection."""
        if self.is_down:
            self.refused += 1
            self._world.changes.announce()
            return web.Response(status=503)
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        packed = request.query.get("compress") == "zlib-stream"
        connection = Connection(socket, request, zlib.compressobj() if packed else None)
        self.connections.add(connection)
        writing = asyncio.create_task(connection.write())
        try:
            connection.say(_HELLO, {"heartbeat_interval": int(self.heartbeat_s * 1000)})
            await self._listen(connection)
        finally:
            writing.cancel()
            self.connections.discard(connection)
            self._part(connection)
            self._world.changes.announce()
        return socket

    def drop(self) -> None:
        """Break every line."""
        for connection in self.connections:
            connection.abort()

    async def close(self, code: int) -> None:
        """Close every connection; what happens is kept for when the bot resumes, if it can."""
        for connection in list(self.connections):
            session, connection.session = connection.session, None
            if session is not None:
                session.say = None
                if code in _NOT_RESUMED:
                    del self.sessions[session.id]
            await connection.socket.close(code=code)

    def invalidate(self) -> None:
        """Forget every session, and say so."""
        self.sessions.clear()
        for connection in self.connections:
            connection.session = None
            connection.say(_INVALID, False)

    async def _listen(self, connection: Connection) -> None:
        try:
            async for message in connection.socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(connection, json.loads(message.data))
                    self._world.changes.announce()
        except _Closed as closed:
            await connection.socket.close(code=closed.code, message=str(closed).encode())

    def _hear(self, connection: Connection, said: Json) -> None:
        op, data = said["op"], said.get("d")
        if op == _HEARTBEAT:
            if connection.session is not None and data is not None:
                connection.session.confirm(data)
            connection.say(_ACK, None)
        elif op == _IDENTIFY:
            self._identify(connection, said["d"])
        elif op == _RESUME:
            self._resume(connection, said["d"])
        elif op != _PRESENCE:
            raise _Closed(_UNKNOWN_OP, "Unknown opcode.")
        elif connection.session is None:
            raise _Closed(_NOT_AUTHENTICATED, "Not authenticated.")

    def _identify(self, connection: Connection, said: Json) -> None:
        if connection.session is not None:
            raise _Closed(_TWICE, "Already authenticated.")
        if said["token"] != self._world.token:
            raise _Closed(_BAD_TOKEN, "Authentication failed.")
        if said["intents"] & PRIVILEGED & ~self.privileged:
            raise _Closed(_BAD_INTENTS, "Disallowed intent(s).")
        index, shards = said.get("shard", (0, 1))
        if not 0 <= index < shards:
            raise _Closed(_BAD_SHARD, "Invalid shard.")
        session = Session(secrets.token_hex(16), index, shards, said["intents"], connection.put)
        self._forget_lost(session)
        connection.session = self.sessions[session.id] = session
        self.identifies += 1
        self._greet(session)

    def _greet(self, session: Session) -> None:
        world = self._world
        guilds = [it for it in world.guilds.values() if it.has_bot and session.covers(it.id)]
        ready: Json = {
            "v": 10,
            "user": world.bot.json(),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": [session.index, session.shards],
            "application": {"id": str(world.application_id), "flags": 0},
        }
        session.put("READY", json.dumps(ready))
        for guild in guilds if session.intents & GUILDS else []:
            session.put("GUILD_CREATE", json.dumps(guild_create_json(guild)))

    def _resume(self, connection: Connection, said: Json) -> None:
        if said["token"] != self._world.token:
            raise _Closed(_BAD_TOKEN, "Authentication failed.")
        session = self.sessions.get(said["session_id"])
        if session is None or not session.can_replay(said["seq"]):
            connection.say(_INVALID, False)
            return
        for other in self.connections:
            if other.session is session:
                other.session = None
                other.abort()
        connection.session = session
        self.resumes += 1
        session.replay(said["seq"], connection.put)

    def _forget_lost(self, new: Session) -> None:
        """Forget a shard's sessions that nobody listens to: who identifies does not resume."""
        for old in list(self.sessions.values()):
            if old.say is None and (old.index, old.shards) == (new.index, new.shards):
                del self.sessions[old.id]

    def _part(self, connection: Connection) -> None:
        session = connection.session
        if session is None:
            return
        session.say = None
        if connection.socket.close_code in {WSCloseCode.OK, WSCloseCode.GOING_AWAY}:
            self.sessions.pop(session.id, None)
