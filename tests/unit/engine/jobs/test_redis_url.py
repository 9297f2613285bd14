from __future__ import annotations

from pathlib import Path

import pytest

from engine.jobs.redis_url import RedisUrl


def test_a_plain_server() -> None:
    url = RedisUrl.parse("redis://queue.example:6380/2")
    assert (url.hosts, url.database, url.login) == ((("queue.example", 6380),), 2, {})
    assert url.tls is None


def test_what_is_usual_may_be_left_out() -> None:
    url = RedisUrl.parse("redis://queue.example")
    assert (url.hosts, url.database) == ((("queue.example", 6379),), 0)


@pytest.mark.parametrize("login", ["zoe:p@ss/w#rd?:", "zoe:p%40ss%2Fw%23rd%3F%3A"])
def test_a_password_with_odd_characters_as_it_is_or_encoded(login: str) -> None:
    url = RedisUrl.parse(f"redis://{login}@[::1]:6380/2")
    assert url.login == {"username": "zoe", "password": "p@ss/w#rd?:"}
    assert (url.hosts, url.database) == ((("::1", 6380),), 2)


def test_a_password_alone() -> None:
    assert RedisUrl.parse("redis://:secret@host").login == {"password": "secret"}


def test_a_socket() -> None:
    url = RedisUrl.parse("unix://:secret@/run/redis.sock?db=3")
    assert (url.socket, url.database, url.hosts) == ("/run/redis.sock", 3, ())
    assert url.login == {"password": "secret"}


def test_sentinels_and_the_master_they_watch() -> None:
    url = RedisUrl.parse(
        "redis+sentinel://zoe:secret@one:26380,two,[::1]:26381/mymaster/4"
        "?sentinel_username=look&sentinel_password=o%26out"
    )
    assert url.hosts == (("one", 26380), ("two", 26379), ("::1", 26381))
    assert (url.master, url.database) == ("mymaster", 4)
    assert url.login == {"username": "zoe", "password": "secret"}
    assert url.sentinel_login == {"username": "look", "password": "o&out"}
    assert url.tls is None


def test_how_tls_is_done(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    for scheme, path in (("rediss", ""), ("rediss+sentinel", "/mymaster")):
        url = RedisUrl.parse(
            f"{scheme}://host{path}?ssl_ca_certs={tmp_path}/ca.pem&ssl_check_hostname=false"
        )
        assert url.tls == {"ssl_ca_certs": f"{tmp_path}/ca.pem", "ssl_check_hostname": False}


def test_tls_checks_certificates_unless_told_otherwise() -> None:
    assert RedisUrl.parse("rediss://host").tls == {}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "must be as redis://"),
        ("localhost:6379", "must be as redis://"),
        ("http://localhost", "must be as redis://"),
        ("redis://", "must name a host"),
        ("redis://host:port", "must name a host and port"),
        ("redis://host:99999", "must name a host and port"),
        ("redis://one,two", "Sentinels as redis"),
        ("redis://host/queue", "number of a database"),
        ("redis+sentinel://host:26379", "must name the master"),
        ("redis+sentinel://host/mymaster/x", "number of a database"),
        ("redis+sentinel:///mymaster", "must name a host"),
        ("redis://host?ssl_ca_certs=ca.pem", "rediss://"),
        ("redis://host?socket_timeout=60", "socket_timeout"),
        ("rediss://host?protocol=3", "protocol"),
        ("rediss://host?ssl_ca_certs=/nowhere.pem", "file that is there as ssl_ca_certs"),
        ("rediss://host?ssl_cert_reqs=maybe", "ssl_cert_reqs"),
    ],
)
def test_a_url_that_cannot_be_used_is_told_apart(text: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        RedisUrl.parse(text)


def test_no_password_is_shown() -> None:
    url = RedisUrl.parse("redis+sentinel://:hush@host/mymaster?sentinel_password=hush")
    assert "hush" not in repr(url)
