"""Sessions: who gets one, what the browser keeps, and the password beyond loopback."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from http.cookies import Morsel
from pathlib import Path

import aiohttp
import pytest
from argon2 import PasswordHasher
from redis.asyncio import Redis
from sqlalchemy import text

from tests.unit.bots.web_chat.web_house import Answer, Browser, WebHouse, a_web_house
from tests.valkey import ValkeyProcess


def cookie(answer: Answer) -> Morsel[str]:
    (morsel,) = answer.cookies.values()
    return morsel


@pytest.fixture
async def guarded(tmp_path: Path, valkey: ValkeyProcess, redis: Redis) -> AsyncGenerator[WebHouse]:
    """A web chat with a password."""
    async with a_web_house(tmp_path, valkey.url, web_password="hush") as web:
        yield web


async def test_over_loopback_any_browser_gets_a_session_that_scripts_cannot_read(
    web: WebHouse,
) -> None:
    async with web.browser() as browser:
        answer = await browser.knock()

    kept = cookie(answer)
    assert answer.json()["open"]
    assert (kept["httponly"], kept["samesite"], kept["secure"]) == (True, "Strict", "")
    assert len(kept.value) >= 43  # 256 bits


async def test_behind_https_the_cookie_stays_there(
    tmp_path: Path, valkey: ValkeyProcess, redis: Redis
) -> None:
    async with (
        a_web_house(tmp_path, valkey.url, web_https=True) as web,
        web.browser() as browser,
    ):
        assert cookie(await browser.knock())["secure"] is True


async def test_the_token_itself_is_kept_nowhere(web: WebHouse, tmp_path: Path) -> None:
    async with web.browser() as browser:
        token = cookie(await browser.knock()).value

    async with web.services.database.reading() as session:
        rows = (await session.execute(text("SELECT * FROM web_sessions"))).all()
    assert len(rows) == 1
    assert not any(token in str(value) for value in rows[0])


async def test_a_browser_that_comes_back_is_who_it_was(browser: Browser) -> None:
    first, again = await browser.knock(), await browser.knock()

    assert cookie(first).value == cookie(again).value in browser.cookie
    assert int(cookie(again)["max-age"]) == timedelta(days=90).total_seconds()


async def test_a_made_up_token_is_nobody(web: WebHouse) -> None:
    async with web.browser(Cookie="zoetrope-0=made-up") as browser:
        assert (await browser.get("/media/clips/a.mp4")).status == 401
        assert cookie(await browser.knock()).value != "made-up"


async def test_a_session_ends_when_it_is_not_used_for_long(web: WebHouse, browser: Browser) -> None:
    web.house.time.ahead = timedelta(days=80)
    assert (await browser.get("/media/clips/a.mp4")).status == 404
    web.house.time.ahead = timedelta(days=160)
    assert (await browser.get("/media/clips/a.mp4")).status == 404

    web.house.time.ahead = timedelta(days=260)
    assert (await browser.get("/media/clips/a.mp4")).status == 401


async def test_the_page_speaks_the_browsers_language_until_told_otherwise(web: WebHouse) -> None:
    chinese = {"Accept-Language": "fr;q=0.9, zh-CN"}
    async with web.browser(**chinese) as browser:
        page = await browser.get("/")
        first = (await browser.knock()).json()
        changed = (await browser.knock(language="en")).json()
        kept = (await browser.knock()).json()

    assert '<html lang="zh">' in page.text
    assert (first["language"], changed["language"], kept["language"]) == ("zh", "en", "en")
    assert first["strings"]["send"] != changed["strings"]["send"] == "Send"
    assert first["languages"] == {"en": "English", "zh": "中文"}


async def test_garbage_at_the_door_is_turned_away(web: WebHouse) -> None:
    knocks = (b"", b"nonsense", b"[]", b'{"password": 7}', b'{"x": 1}')
    async with web.browser() as browser:
        statuses = [(await browser.post("/session", knock)).status for knock in knocks]
        too_much = await browser.post("/session", b" " * 1_000_000)

    assert statuses == [400] * len(knocks)
    assert too_much.status == 413


async def test_without_a_session_there_is_only_the_page(web: WebHouse) -> None:
    async with web.browser() as browser:
        assert (await browser.get("/")).status == 200
        assert (await browser.post("/photos", b"photo")).status == 401
        assert (await browser.get("/media/previews/robot-1.mp4")).status == 401
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with browser.tab():
                pass
    assert refused.value.status == 401


async def test_a_password_opens_the_door_and_nothing_else_does(guarded: WebHouse) -> None:
    async with guarded.browser() as browser:
        closed = await browser.knock()
        wrong = await browser.knock(password="hush hush")
        assert (await browser.post("/photos", b"photo")).status == 401
        right = await browser.knock(password="hush")
        async with browser.tab():
            pass

    assert (closed.status, closed.json()["open"], closed.cookies) == (401, False, {})
    assert closed.json()["note"] == "This page has a password"
    assert (wrong.status, wrong.cookies) == (401, {})
    assert wrong.json()["note"] == "That is not the password. Please try again."
    assert right.json()["open"]


async def test_passwords_cannot_be_guessed_quickly(guarded: WebHouse) -> None:
    async with guarded.browser() as browser:
        notes = [(await browser.knock(password=str(n))).json()["note"] for n in range(7)]
        late = await browser.knock(password="hush")

    assert notes[0] == "That is not the password. Please try again."
    assert notes[-1] == "Too many tries. Please wait a minute."
    assert late.status == 401


async def test_the_setting_may_be_a_hash_of_the_password(
    tmp_path: Path, valkey: ValkeyProcess, redis: Redis
) -> None:
    secret = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("hush")
    async with (
        a_web_house(tmp_path, valkey.url, web_password=secret) as web,
        web.browser() as browser,
    ):
        assert (await browser.knock(password=secret)).status == 401
        assert (await browser.knock(password="hush")).status == 200
