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


@pytest.mark.parametrize(
    "path", ["/", "/static/js/main.js", "/media/clips/none.mp4", "/nothing", "/socket"]
)
async def test_every_answer_tells_browsers_to_keep_others_out(web: WebHouse, path: str) -> None:
    async with web.browser() as browser:
        headers = (await browser.get(path)).headers

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


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[", "10.0.0.7"])
async def test_a_name_that_is_not_ours_is_turned_away(web: WebHouse, host: str) -> None:
    async with web.browser() as browser:
        answer = await browser.get("/", Host=host)

    assert answer.status == 421
    assert answer.text.startswith("This page may not be reached under this name.")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8600", "127.0.0.1:1", "[::1]:8600"])
async def test_any_name_of_this_machine_will_do(web: WebHouse, host: str) -> None:
    async with web.browser() as browser:
        assert (await browser.get("/", Host=host)).status == 200


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


@pytest.mark.parametrize("path", ["/session", "/photos"])
@pytest.mark.parametrize("origin", [FOREIGN, "null", "", "http://127.0.0.1:1"])
async def test_nothing_can_be_posted_from_another_page(
    browser: Browser, path: str, origin: str
) -> None:
    answer = await browser.post(path, b"{}", Origin=origin)

    assert answer.status == 403
    assert answer.text == "This request came from another page, and was refused."


async def test_no_socket_can_be_opened_from_another_page(browser: Browser) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with browser.socket(origin=FOREIGN):
            pass

    assert refused.value.status == 403


@pytest.mark.parametrize(
    "path",
    [
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
    ],
)
async def test_no_path_leads_out_of_what_is_served(browser: Browser, path: str) -> None:
    assert (await browser.get(path)).status in {403, 404}
