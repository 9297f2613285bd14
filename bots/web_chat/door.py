"""The door of the page: `POST /session` begins or finds a session, and gives the page its words.

A page is served to anyone whom the gate lets through, and only its own script knocks here: a
visit that began on another site arrives without the SameSite cookie, and must not be given a new
session for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from aiohttp import hdrs, web
from babel import Locale
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bots.texts.languages import LANGUAGES, closest, negotiate
from bots.texts.page import page_strings
from bots.texts.texts import Texts
from bots.web_chat.password import Password, TooManyTries
from bots.web_chat.protocol import VERSION
from bots.web_chat.visitors import Visitors


class Knock(BaseModel):
    """What a page says at the door: a password it was given, a language it wants."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    password: Annotated[str, Field(max_length=1024)] | None = None
    language: Annotated[str, Field(max_length=35)] | None = None


class Welcome(BaseModel):
    """The answer: whether the door is open, why not, and every string of the page."""

    model_config = ConfigDict(frozen=True)

    v: Literal[1] = VERSION
    open: bool
    note: str = ""
    language: str
    languages: Mapping[str, str]
    strings: Mapping[str, str]


class Door:
    """Lets browsers in: all of them over loopback, by password beyond it."""

    def __init__(self, visitors: Visitors, password: Password | None, language: str) -> None:
        self._visitors = visitors
        self._password = password
        self._default_language = language

    async def answer(self, request: web.Request) -> web.Response:
        """Answer `POST /session`."""
        try:
            knock = Knock.model_validate_json(await request.read())
        except ValidationError:
            raise web.HTTPBadRequest from None
        visitor = await self._visitors.find(request)
        if visitor is None:
            return await self._admit(request, knock)
        if knock.language is None:
            return _welcome(visitor.texts)
        texts = Texts.of(knock.language)
        await self._visitors.speak(request, texts.language)
        return _welcome(texts)

    async def _admit(self, request: web.Request, knock: Knock) -> web.Response:
        texts = Texts.of(self._language(request, knock))
        refusal = await self._refusal(request, knock, page_strings(texts))
        if refusal is not None:
            return _welcome(texts, note=refusal, status=401)
        _, token = await self._visitors.start(texts.language)
        response = _welcome(texts)
        self._visitors.remember(response, token)
        return response

    def _language(self, request: web.Request, knock: Knock) -> str:
        header = request.headers.get(hdrs.ACCEPT_LANGUAGE, "")
        preferred = negotiate(header, self._default_language)
        return closest(knock.language or "", preferred)

    async def _refusal(
        self, request: web.Request, knock: Knock, strings: Mapping[str, str]
    ) -> str | None:
        """Say why a browser may not come in; an empty sentence when it has yet to knock."""
        if self._password is None:
            return None
        if knock.password is None:
            return ""
        try:
            right = await self._password.is_right(knock.password, request.remote or "")
        except TooManyTries:
            return strings["too_many_tries"]
        return None if right else strings["wrong_password"]


def _welcome(texts: Texts, *, note: str | None = None, status: int = 200) -> web.Response:
    welcome = Welcome(
        open=note is None,
        note=note or "",
        language=texts.language,
        languages={code: Locale(code).get_display_name(code) or code for code in LANGUAGES},
        strings=page_strings(texts),
    )
    return web.Response(
        text=welcome.model_dump_json(), status=status, content_type="application/json"
    )
