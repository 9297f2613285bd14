"""Where Redis is, read from one URL, as operators write it.

    redis://user:password@host:6379/0
    rediss://...                                            the same over TLS
    unix:///run/redis.sock?db=0
    redis+sentinel://user:password@host:26379,host:26379/mymaster/0
    rediss+sentinel://...                                   TLS to the Sentinels too

The last two name Sentinels and the master they watch. A query tells how TLS is done, as in
`?ssl_ca_certs=/etc/redis/ca.pem`, and how to log in to Sentinels that ask for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

REDIS_PORT = 6379
SENTINEL_PORT = 26379

_TLS_FILES = {"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"}
_TLS = _TLS_FILES | {"ssl_password", "ssl_cert_reqs", "ssl_check_hostname"}
_SENTINEL_LOGIN = {"sentinel_username": "username", "sentinel_password": "password"}
_OPTIONS = {
    "redis": set[str](),
    "rediss": _TLS,
    "unix": {"db"},
    "redis+sentinel": set(_SENTINEL_LOGIN),
    "rediss+sentinel": _TLS | set(_SENTINEL_LOGIN),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisUrl:
    """One server, or the Sentinels that know which server is the `master`.

    Logins have a username and a password, each only where given; `tls` has the options of the
    client's TLS connections, by their names there, and is None without TLS.
    """

    hosts: tuple[tuple[str, int], ...] = ()
    socket: str = ""
    master: str = ""
    database: int = 0
    login: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    sentinel_login: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    tls: Mapping[str, str | bool] | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a URL; a password may be written as it is, or percent-encoded.

        Raises:
            ValueError: it cannot be used; the message says what it must be like.
        """
        scheme, _, rest = text.partition("://")
        if scheme not in _OPTIONS:
            raise ValueError(
                "must be as redis://user:password@host:6379/0, with rediss:// for TLS"
                " and redis+sentinel:// for Sentinels"
            )
        login, _, place = rest.rpartition("@")
        where = urlsplit(f"//{place}")
        query = _query(scheme, where.query)
        tls = _tls(query) if scheme.startswith("rediss") else None
        if scheme == "unix":
            database = _number(query.get("db", ""))
            return cls(socket=unquote(where.path), database=database, login=_login(login))
        if scheme.endswith("+sentinel"):
            master, database = _master(where.path)
            return cls(
                hosts=_hosts(where, SENTINEL_PORT),
                master=master,
                database=database,
                login=_login(login),
                sentinel_login=_sentinel_login(query),
                tls=tls,
            )
        hosts = _hosts(where, REDIS_PORT)
        if len(hosts) > 1:
            raise ValueError("must name one host, or Sentinels as redis+sentinel://")
        return cls(hosts=hosts, database=_number(where.path), login=_login(login), tls=tls)


def _login(text: str) -> dict[str, str]:
    name, _, password = text.partition(":")
    both = {"username": unquote(name), "password": unquote(password)}
    return {field: value for field, value in both.items() if value}


def _sentinel_login(query: Mapping[str, str]) -> dict[str, str]:
    return {ours: query[name] for name, ours in _SENTINEL_LOGIN.items() if name in query}


def _master(path: str) -> tuple[str, int]:
    master, _, database = path.strip("/").partition("/")
    if not master:
        raise ValueError(
            "must name the master that its Sentinels watch,"
            " as redis+sentinel://host:26379,host:26379/mymaster/0"
        )
    return unquote(master), _number(database)


def _hosts(where: SplitResult, usual_port: int) -> tuple[tuple[str, int], ...]:
    return tuple(_host(host, usual_port) for host in where.netloc.split(","))


def _host(text: str, usual_port: int) -> tuple[str, int]:
    try:
        found = urlsplit(f"//{text}")
        host, port = found.hostname, found.port
    except ValueError as error:
        raise ValueError(f"must name a host and port, as host:{usual_port} ({error})") from error
    if not host:
        raise ValueError(f"must name a host, as host:{usual_port}")
    return host, port or usual_port


def _number(database: str) -> int:
    number = database.strip("/") or "0"
    if not number.isdecimal():
        raise ValueError("must end in the number of a database, as /0")
    return int(number)


def _query(scheme: str, query: str) -> dict[str, str]:
    """Read the options; one we do not know is a slip, or would undo what we set ourselves."""
    options = dict(parse_qsl(query, keep_blank_values=True))
    for name in options:
        if name not in _OPTIONS[scheme]:
            allowed = ", ".join(sorted(_OPTIONS[scheme])) or "none; for TLS write rediss://"
            raise ValueError(f"must not have the option {name} (allowed: {allowed})")
    return options


def _tls(query: Mapping[str, str]) -> dict[str, str | bool]:
    options: dict[str, str | bool] = {name: query[name] for name in _TLS if name in query}
    for name in _TLS_FILES & options.keys():
        if not Path(query[name]).is_file():
            raise ValueError(f"must name a file that is there as {name}")
    if options.get("ssl_cert_reqs", "required") not in ("none", "optional", "required"):
        raise ValueError("must have none, optional or required as ssl_cert_reqs")
    if "ssl_check_hostname" in query:
        options["ssl_check_hostname"] = query["ssl_check_hostname"].lower() in ("true", "yes", "1")
    return options
