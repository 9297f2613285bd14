"""The gallery of a worker that makes every shipped effect, most of which have no picture."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from engine.effects.catalogue import load_effects
from engine.jobs.catalogue import EffectCard, Offer
from engine.jobs.job import MediaKey
from engine.jobs.media.store import MediaStore, preview_keys
from engine.jobs.presence import Presence
from tests.browser.screen import Screen, a_screen, browser_path, driver_path
from tests.house import WORKER
from tests.shipped_cards import SHIPPED
from tests.unit.bots.web_chat.web_house import WebHouse, a_web_house
from tests.valkey import ValkeyProcess

MISSING = MediaKey("previews/none.jpg")
PICTURED = {effect.id for effect in load_effects().values() if effect.poster.exists()}
SHOWN = "return [...document.querySelectorAll('.tile')].map((tile) => tile.dataset.effect)"
BROKEN = "return [...document.images].filter((it) => it.complete && !it.naturalWidth).length"
LANGUAGE = "return document.documentElement.lang"
OVERFLOW = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
BACKGROUND = """return getComputedStyle(
    document.querySelector(`[data-effect=${arguments[0]}] .picture`)).backgroundImage"""
CUT_OFF = """return [...document.querySelectorAll('.tile')].filter((tile) => {
    const words = tile.querySelector('.tile-text').getBoundingClientRect();
    return words.top < tile.getBoundingClientRect().top;
}).map((tile) => tile.dataset.effect)"""


@pytest.fixture(scope="module")
def window() -> Generator[Screen]:
    """One browser for all of these tests."""
    if browser_path() is None or driver_path() is None:
        pytest.skip("Chromium and chromedriver are not installed")
    with a_screen() as screen:
        yield screen


@pytest.fixture
async def web(
    window: Screen, tmp_path: Path, valkey: ValkeyProcess, redis: Redis
) -> AsyncGenerator[WebHouse]:
    """A web chat whose worker makes everything; looks have their pictures, one lost its poster."""
    window.forget_everything()
    async with a_web_house(tmp_path, valkey.url) as web:
        media = web.services.media
        cards = [await pictured(card, media) for card in SHIPPED]
        offer = Offer(effects=(*cards, replace(SHIPPED[0], id="lost", poster=MISSING)))
        await Presence(redis).announce(WORKER, offer, timedelta(minutes=5))
        yield web


async def pictured(card: EffectCard, media: MediaStore) -> EffectCard:
    """Give a card the pictures that its effect has."""
    effect, keys = load_effects()[card.id], preview_keys(card.id, card.version)
    if not effect.poster.exists():
        return card
    await media.put(keys.poster, effect.poster.read_bytes())
    await media.put(keys.video, effect.preview.read_bytes())
    return replace(card, poster=keys.poster, preview=keys.video)


def opened(window: Screen, web: WebHouse) -> None:
    """Open the page, and wait until it shows all: what was offered before is kept a while."""
    window.open(str(web.address))
    window.until(lambda: len(window.all(".tile")) > len(SHIPPED))


async def test_effects_that_can_be_seen_come_first_and_the_others_have_colours_of_their_own(
    web: WebHouse, window: Screen
) -> None:
    def look() -> None:
        opened(window, web)
        shown: list[str] = window.run(SHOWN)
        assert shown.index("symbiote") < len(PICTURED) + 1 <= shown.index("tornado")
        window.until(lambda: not window.run(BROKEN))
        colours = {window.run(BACKGROUND, effect) for effect in ("tornado", "arc_shot", "lost")}
        assert len(colours) == 3
        assert all("gradient" in each for each in colours)
        window.reload()
        assert window.run(BACKGROUND, "tornado") in colours

    await asyncio.to_thread(look)


@pytest.mark.parametrize("width", [360, 800, 1280])
async def test_all_words_of_all_effects_fit(web: WebHouse, window: Screen, width: int) -> None:
    def look() -> None:
        window.resize(width, 800)
        opened(window, web)
        for language in ("zh", "en"):
            Select(window.one("#language")).select_by_value(language)
            window.until(lambda spoken=language: window.run(LANGUAGE) == spoken)
            window.until(lambda: len(window.all(".tile")) > len(SHIPPED))
            assert window.run(CUT_OFF) == []
            assert window.run(OVERFLOW) <= 0
        window.press("[data-effect=imagine]")
        window.press("#prompt")
        window.type("a cat in the rain", Keys.ENTER)
        window.one(".message")
        window.run("document.querySelector('#open-gallery')?.click()")
        window.until(lambda: len(window.all(".tile")) > len(SHIPPED))
        assert window.run(CUT_OFF) == []
        assert window.run(OVERFLOW) <= 0

    await asyncio.to_thread(look)


async def test_an_effect_without_a_picture_is_chosen_like_any_other(
    web: WebHouse, window: Screen
) -> None:
    def look() -> None:
        opened(window, web)
        window.press("[data-effect=tornado]")
        assert window.text("#effect-slot .chip.named") == "Tornado"
        assert window.run(BROKEN) == 0

    await asyncio.to_thread(look)
