"""Who may talk to the page, and what it lets a browser do."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp
import pytest
from redis.asyncio import Redis

from bots.web_chat.pages import STATIC
from bots.web_chat.security import CONTENT_SECURITY_POLICY
from tests.unit.bots.web_chat.web_house import Browser, WebHouse, a_web_house
from tests.valkey import ValkeyProcess

FOREIGN = "http://evil.example"


async def test_every_answer_tells_browsers_to_keep_others_out(web: WebHouse) -> None:
    paths = ("/", "/static/js/main.js", "/media/clips/none.mp4", "/nothing", "/socket")
    async with web.browser() as browser:
        answers = [await browser.get(path) for path in paths]

    for headers in (answer.headers for answer in answers):
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Set-Cookie" not in headers


def test_the_policy_trusts_only_files_of_our_own() -> None:
    policy = {
        what: whom
        for what, _, whom in (part.partition(" ") for part in CONTENT_SECURITY_POLICY.split("; "))
    }

    assert {what for what, whom in policy.items() if whom == "'none'"} == {
        "default-src",
        "form-action",
        "base-uri",
        "frame-ancestors",
    }
    assert policy["require-trusted-types-for"] == "'script'"
    assert set(policy.values()) == {"'none'", "'self'", "'script'"}


def test_the_page_has_nothing_inline() -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")

    assert re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", page) == []


async def test_only_names_of_this_machine_will_do(web: WebHouse) -> None:
    ours = ("localhost", "LOCALHOST:8600", "127.0.0.1:1", "[::1]:8600")
    foreign = ("evil.example", "127.0.0.1.evil.example", "", "[", "10.0.0.7")
    async with web.browser() as browser:
        answers = {host: await browser.get("/", Host=host) for host in ours + foreign}

    assert [host for host in answers if answers[host].status == 200] == [*ours]
    assert {answers[host].status for host in foreign} == {421}
    assert answers["evil.example"].text.startswith("This page may not be reached under this name.")


async def test_beyond_loopback_addresses_and_the_names_allowed_will_do(
    tmp_path: Path, valkey: ValkeyProcess, redis: Redis
) -> None:
    settings = {"web_host": "0.0.0.0", "web_password": "hush", "web_hosts": ("Chat.Example",)}
    async with (
        a_web_house(tmp_path, valkey.url, **settings) as web,
        web.browser() as browser,
    ):
        names = ("chat.example", "192.168.1.7:8600", "evil.example", "localhost")
        statuses = {name: (await browser.get("/", Host=name)).status for name in names}

    assert statuses == {
        "chat.example": 200,
        "192.168.1.7:8600": 200,
        "evil.example": 421,
        "localhost": 200,
    }


async def test_nothing_can_be_posted_from_another_page(browser: Browser) -> None:
    for path in ("/session", "/photos"):
        for origin in (FOREIGN, "null", "", "http://127.0.0.1:1"):
            answer = await browser.post(path, b"{}", Origin=origin)

            assert answer.status == 403
            assert answer.text == "This request came from another page, and was refused."


async def test_no_socket_can_be_opened_from_another_page(browser: Browser) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with browser.socket(origin=FOREIGN):
            pass

    assert refused.value.status == 403


async def test_no_path_leads_out_of_what_is_served(browser: Browser) -> None:
    paths = (
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e%2f%2e%2e%2fsettings.py",
        "/media/../zoetrope.db",
        "/media/%2e%2e/zoetrope.db",
        "/media/photos/..%2f..%2fzoetrope.db",
        "/media//etc/passwd",
        "/media/photos/%00.jpg",
        "/media/previews/..%2f..%2fzoetrope.db",
    )

    statuses = {path: (await browser.get(path)).status for path in paths}

    assert [path for path, status in statuses.items() if status not in {403, 404}] == []
