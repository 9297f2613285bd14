"""PostgreSQL at a URL as operators write it; its options are what libpq takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, quote, unquote, urlencode

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from engine.jobs.settings import PREFIX, BadSetting

_SCHEME = re.compile(r"postgres(ql)?(\+asyncpg)?://")
_OPTIONS = {
    *("host", "port", "user", "password", "passfile", "dbname", "service"),
    *("sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslcrl", "sslnegotiation"),
    *("ssl_min_protocol_version", "ssl_max_protocol_version", "target_session_attrs", "options"),
}
_LEFT_OUT = {"application_name", "channel_binding", "connect_timeout", "gssencmode"}
"""What libpq knows and the driver does not, or what we decide."""
_CONNECT_S = 5
_COMMAND_S = 60
_CONNECTIONS = 4
_MORE_FOR_A_WHILE = 2
"""A server lets in a hundred by default: enough for some fifteen processes."""
_WAIT_FOR_ONE_S = 10


def is_postgres(url: str) -> bool:
    """Tell a URL of PostgreSQL from others."""
    return _SCHEME.match(url) is not None


def open_engine(url: str) -> AsyncEngine:
    """Make what connects to a server; nothing is sent yet.

    Raises:
        BadSetting: the URL has an option that nobody knows.
    """
    return create_async_engine(
        "postgresql+asyncpg://",
        connect_args={
            "dsn": as_driver_reads_it(url),
            "timeout": _CONNECT_S,
            "command_timeout": _COMMAND_S,
            "server_settings": {"application_name": "zoetrope"},
        },
        pool_pre_ping=True,
        pool_size=_CONNECTIONS,
        max_overflow=_MORE_FOR_A_WHILE,
        pool_timeout=_WAIT_FOR_ONE_S,
        hide_parameters=True,
    )


def as_driver_reads_it(url: str) -> str:
    """Write a URL as the driver wants it: a password that is as it is gets encoded.

    Raises:
        BadSetting: it has an option that nobody knows.
    """
    login, at, place = _SCHEME.sub("", url, count=1).rpartition("@")
    where, _, query = place.partition("?")
    user, colon, password = login.partition(":")
    encoded = f"{_encoded(user)}{colon}{_encoded(password)}{at}"
    options = urlencode(_known(parse_qsl(query)))
    return f"postgresql://{encoded}{where}{'?' if options else ''}{options}"


def _known(options: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    for name, _ in options:
        if name not in _OPTIONS | _LEFT_OUT:
            raise BadSetting(f"{PREFIX}DATABASE_URL: must not have the option {name}")
    return [(name, value) for name, value in options if name not in _LEFT_OUT]


def _encoded(text: str) -> str:
    return quote(unquote(text), safe="")
