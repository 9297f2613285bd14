"""The page itself: one HTML file with the visitor's language filled in, and its static files."""

from __future__ import annotations

from pathlib import Path
from string import Template

from aiohttp import web

from bots.texts.page import page_strings
from bots.web_chat.language import texts_for

STATIC = Path(__file__).with_name("static")


class Pages:
    """Serves the page; it holds no one's data, so anyone whom the gate lets through may have it."""

    def __init__(self, language: str) -> None:
        self._default_language = language
        self._page = Template((STATIC / "index.html").read_text(encoding="utf-8"))

    async def answer(self, request: web.Request) -> web.Response:
        """Answer `GET /`."""
        texts = texts_for(request, self._default_language)
        no_script = page_strings(texts)["no_script"]
        html = self._page.substitute(language=texts.language, no_script=no_script)
        return web.Response(text=html, content_type="text/html")
