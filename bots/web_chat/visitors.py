"""Who is at the page: a browser with a session cookie is one person in one place."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from bots.chat import Person, PersonId, Place, PlaceId
from bots.clock import Clock, utc_now
from bots.store.web_sessions import WebSession, WebSessions
from bots.texts.texts import Texts

UNSEEN_FOR = timedelta(days=90)
"""How long a session lasts after it was last seen."""

_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Visitor:
    """Someone who is through the door."""

    who: Person

    @property
    def where(self) -> Place:
        """Their conversation: the page is the operator's own, over loopback or by password."""
        return Place(id=PlaceId(self.who.id), local=True)

    @property
    def texts(self) -> Texts:
        """The sentences in their language."""
        return Texts.of(self.who.language)


class Visitors:
    """Tells visitors by their cookie; only the hash of its token is kept."""

    def __init__(
        self, sessions: WebSessions, *, cookie: str, https: bool, now: Clock = utc_now
    ) -> None:
        self._sessions = sessions
        self._cookie = cookie
        self._https = https
        self._now = now

    async def find(self, request: web.Request) -> Visitor | None:
        """Find who sends a request."""
        token = request.cookies.get(self._cookie)
        if not token:
            return None
        session = await self._sessions.find(_hash(token), unseen_for=UNSEEN_FOR, now=self._now())
        return _visitor(session) if session else None

    async def require(self, request: web.Request) -> Visitor:
        """Find who sends a request.

        Raises:
            HTTPUnauthorized: it comes from no session.
        """
        visitor = await self.find(request)
        if visitor is None:
            raise web.HTTPUnauthorized
        return visitor

    async def start(self, language: str) -> tuple[Visitor, str]:
        """Begin a session for a new person; its token is for `remember`."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        person = PersonId(f"web:{secrets.token_hex(8)}")
        session = WebSession(person=person, language=language)
        await self._sessions.add(_hash(token), session, self._now())
        return _visitor(session), token

    async def speak(self, request: web.Request, language: str) -> None:
        """Note the language that the sender of a request wants to read."""
        await self._sessions.set_language(_hash(request.cookies[self._cookie]), language)

    def remember(self, response: web.StreamResponse, token: str) -> None:
        """Give a browser its session's cookie."""
        response.set_cookie(
            self._cookie,
            token,
            max_age=int(UNSEEN_FOR.total_seconds()),
            httponly=True,
            samesite="Strict",
            secure=self._https,
        )


def _visitor(session: WebSession) -> Visitor:
    return Visitor(Person(id=session.person, language=session.language))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
