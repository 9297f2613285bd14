"""Who is at the page: a browser with a session cookie is one person in one place."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field, replace
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
    """Someone who is through the door, and the token by which their browser shows it."""

    who: Person
    token: str = field(repr=False)

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
        return _visitor(session, token) if session else None

    async def require(self, request: web.Request) -> Visitor:
        """Find who sends a request.

        Raises:
            HTTPUnauthorized: it comes from no session.
        """
        visitor = await self.find(request)
        if visitor is None:
            raise web.HTTPUnauthorized
        return visitor

    async def start(self, language: str) -> Visitor:
        """Begin a session for a new person."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        person = PersonId(f"web:{secrets.token_hex(8)}")
        session = WebSession(person=person, language=language)
        await self._sessions.add(_hash(token), session, self._now())
        return _visitor(session, token)

    async def speak(self, visitor: Visitor, language: str) -> Visitor:
        """Note the language that a visitor wants to read."""
        await self._sessions.set_language(_hash(visitor.token), language)
        return replace(visitor, who=replace(visitor.who, language=language))

    def remember(self, response: web.StreamResponse, visitor: Visitor) -> None:
        """Give a visitor's browser the cookie, or let it last longer."""
        response.set_cookie(
            self._cookie,
            visitor.token,
            max_age=int(UNSEEN_FOR.total_seconds()),
            httponly=True,
            samesite="Strict",
            secure=self._https,
        )


def _visitor(session: WebSession, token: str) -> Visitor:
    return Visitor(Person(id=session.person, language=session.language), token)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
