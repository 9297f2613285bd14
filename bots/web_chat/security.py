"""What every request and every answer goes through: names, origins and headers.

A page of another site must not reach this one: not under a name of its own that resolves to this
machine (the Host is checked), not by posting or opening a socket from a browser (the Origin is),
and not by framing or reading it (the headers say so).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from yarl import URL

from bots.settings import is_loopback
from bots.texts.page import page_strings
from bots.web_chat.language import texts_for

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
_HEADERS = {
    hdrs.CONTENT_SECURITY_POLICY: CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    hdrs.SERVER: "zoetrope",
    hdrs.X_CONTENT_TYPE_OPTIONS: "nosniff",
}
_SAFE_METHODS = (hdrs.METH_GET, hdrs.METH_HEAD)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers every answer has; what no handler says may be cached is not."""
    response.headers.update(_HEADERS)
    kept = "no-cache" if request.path.startswith("/static/") else "no-store"
    response.headers.setdefault(hdrs.CACHE_CONTROL, kept)


def gate(names: Collection[str], *, beyond_loopback: bool) -> Middleware:
    """Let only requests through that are meant for this page and come from it.

    Args:
        names: Hosts the page is reached under, besides loopback.
        beyond_loopback: Whether any address will do as a Host: only a name can be rebound.
    """
    known = frozenset(name.lower() for name in names)

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not _is_ours(request.headers.get(hdrs.HOST, ""), known, beyond_loopback=beyond_loopback):
            return _refuse(request, "wrong_host", status=421)
        if _acts(request) and not _is_same_origin(request):
            return _refuse(request, "wrong_origin", status=403)
        return await handler(request)

    return check


def _is_ours(header: str, names: Collection[str], *, beyond_loopback: bool) -> bool:
    try:
        host = URL(f"http://{header}").host or ""
    except ValueError:
        return False
    if is_loopback(host) or host in names:
        return True
    return beyond_loopback and _is_address(host)


def _acts(request: web.Request) -> bool:
    upgrades = hdrs.UPGRADE in request.headers
    return upgrades or request.method not in _SAFE_METHODS


def _is_same_origin(request: web.Request) -> bool:
    _, _, authority = request.headers.get(hdrs.ORIGIN, "").partition("://")
    return authority == request.headers[hdrs.HOST]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _refuse(request: web.Request, why: str, *, status: int) -> web.Response:
    return web.Response(text=page_strings(texts_for(request))[why], status=status)
