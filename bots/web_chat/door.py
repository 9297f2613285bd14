"""The door of the page: `POST /session` begins or finds a session, and gives the page its words.

A page is served to anyone whom the gate lets through, and only its own script knocks here: a
visit that began on another site arrives without the SameSite cookie, and must not be given a new
session for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from aiohttp import web
from babel import Locale
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bots.texts.languages import LANGUAGES, closest
from bots.texts.page import page_strings
from bots.texts.texts import Texts
from bots.web_chat.language import texts_for
from bots.web_chat.password import Password, Verdict
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
            texts = texts_for(request, self._default_language)
            locked = await self._locked(request, knock)
            if locked is not None:
                return _welcome(texts, locked)
            visitor = await self._visitors.start(texts.language)
        if knock.language is not None:
            visitor = await self._visitors.speak(visitor, closest(knock.language))
        response = _welcome(visitor.texts)
        self._visitors.remember(response, visitor)
        return response

    async def _locked(self, request: web.Request, knock: Knock) -> str | None:
        """Name the string that says why a browser may not come in; None if it may."""
        if self._password is None:
            return None
        if knock.password is None:
            return "door_title"
        match await self._password.check(knock.password, request.remote or ""):
            case Verdict.RIGHT:
                return None
            case Verdict.WRONG:
                return "wrong_password"
            case Verdict.TOO_MANY_TRIES:
                return "too_many_tries"


def _welcome(texts: Texts, locked: str | None = None) -> web.Response:
    strings = page_strings(texts)
    welcome = Welcome(
        open=locked is None,
        note=strings[locked] if locked else "",
        language=texts.language,
        languages={code: Locale(code).get_display_name(code) or code for code in LANGUAGES},
        strings=strings,
    )
    return web.Response(
        text=welcome.model_dump_json(),
        status=200 if welcome.open else 401,
        content_type="application/json",
    )
