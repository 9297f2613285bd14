"""Which language to answer in, before a visitor is known."""

from __future__ import annotations

from aiohttp import hdrs, web

from bots.texts.languages import SOURCE, negotiate
from bots.texts.texts import Texts


def texts_for(request: web.Request, default: str = SOURCE) -> Texts:
    """Take the language that the sender's browser prefers."""
    return Texts.of(negotiate(request.headers.get(hdrs.ACCEPT_LANGUAGE, ""), default))
