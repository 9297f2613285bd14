"""Several photos on the page of a real browser, for an effect that leads through them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from selenium.webdriver.common.keys import Keys

from engine.jobs.catalogue import Offer, ParamCard
from engine.jobs.job import Job
from engine.jobs.presence import Presence
from tests.browser.page import Page, a_page, needs_chromium
from tests.browser.screen import Screen
from tests.effect_cards import JOURNEY, ROBOT
from tests.house import WORKER
from tests.unit.bots.web_chat.web_house import a_web_house
from tests.valkey import ValkeyProcess

pytestmark = pytest.mark.browser

CHIPS = "#photo-slot .chip:not(.sending)"
OVERFLOW = "return document.documentElement.scrollWidth - innerWidth"
SECONDS = ParamCard(
    name="seconds", kind="int", default=3, label={"en": "Seconds"}, minimum=2, maximum=5
)
LONGER = """
    const range = document.querySelector("#options-fields input[type=range]");
    range.value = 5;
    range.dispatchEvent(new Event("input"));
"""


@pytest.fixture
async def page(tmp_path: Path, valkey: ValkeyProcess, redis: Redis) -> AsyncGenerator[Page]:
    needs_chromium()
    async with a_web_house(tmp_path, valkey.url) as web:
        journey = replace(JOURNEY, params=(SECONDS,))
        offer = Offer(effects=(ROBOT, journey))
        await Presence(web.services.redis).announce(WORKER, offer, timedelta(minutes=5))
        async with a_page(web) as page:
            yield page


def give_all(screen: Screen, photos: list[Path]) -> None:
    """Pick several photos at once in the file dialog, and wait until they are sent up."""
    there = len(screen.all(CHIPS))
    screen.give(Path("\n".join(map(str, photos))))
    screen.until(lambda: len(screen.all(CHIPS)) == min(7, there + len(photos)))


def travel(screen: Screen, selfie: Path, other: Path) -> None:
    screen.press("[data-effect=journey]")
    give_all(screen, [selfie])
    screen.press("#send")
    assert screen.text("#note") == "This effect works on 2 photos. Add what is missing first."
    give_all(screen, [other, selfie])
    assert screen.text("#photo-slot .wanted") == "Add another photo"
    give_all(screen, [other, selfie, other, selfie])
    assert not screen.all("#photo-slot .wanted")
    for width in (360, 1280):
        screen.resize(width, 800)
        assert screen.run(OVERFLOW) <= 0
    screen.press("#open-options")
    screen.run(LONGER)
    screen.press("#options-sheet .lamp")
    screen.press("#prompt")
    screen.type("by boat", Keys.SHIFT + Keys.ENTER + Keys.NULL, "by train", Keys.ENTER)
    screen.until(lambda: len(screen.all(".asked img")) == 7)
    screen.resize(360, 800)
    assert screen.run(OVERFLOW) <= 0


async def job_of(page: Page) -> Job:
    """Take what is asked for, once the page says that it is queued."""
    await asyncio.to_thread(page.screen.one, "[data-action=cancel]")
    return (await page.web.house.claim()).job


async def test_a_journey_is_asked_for_with_seven_photos_lines_and_seconds(
    page: Page, selfie: Path, other_selfie: Path
) -> None:
    await asyncio.to_thread(travel, page.screen, selfie, other_selfie)
    job = await job_of(page)
    assert (job.effect, len(job.photos)) == ("journey", 7)
    assert (job.prompt, dict(job.params)) == ("by boat\nby train", {"seconds": 5})
    assert job.variants[0].cost_s == ROBOT.variants[0].cost_s * 5 / 3 * 6


async def test_another_effect_of_the_same_album_uses_what_it_needs(
    page: Page, selfie: Path, other_selfie: Path
) -> None:
    def ask() -> None:
        page.screen.press("[data-effect=journey]")
        give_all(page.screen, [selfie, other_selfie, selfie])
        page.screen.press("[data-effect=robot]")
        page.screen.press("#send")

    await asyncio.to_thread(ask)
    job = await job_of(page)
    assert (job.effect, len(job.photos)) == ("robot", 1)


async def test_an_album_that_comes_before_an_effect_is_kept_in_its_order(
    page: Page, selfie: Path, other_selfie: Path
) -> None:
    photos = [selfie, other_selfie, other_selfie, selfie]

    def ask() -> None:
        give_all(page.screen, photos)
        page.screen.press("[data-effect=journey]")
        assert page.screen.text("#photo-slot .wanted") == "Add another photo"
        page.screen.press("#send")

    await asyncio.to_thread(ask)
    job = await job_of(page)
    stored = [await page.web.services.media.get(key) for key in job.photos]
    assert [len({*stored[:at]}) for at in range(1, 5)] == [1, 2, 2, 2]
    assert stored[0] == stored[3]


async def test_one_photo_more_takes_the_place_of_an_album_while_no_effect_is_chosen(
    page: Page, selfie: Path, other_selfie: Path
) -> None:
    def give() -> None:
        give_all(page.screen, [selfie, other_selfie, selfie])
        page.screen.give(other_selfie)
        page.screen.until(lambda: len(page.screen.all(CHIPS)) == 1)

    await asyncio.to_thread(give)
