"""A quick version on the page of a real browser, while a model makes the clip."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import numpy as np
import pytest
from redis.asyncio import Redis
from skimage.data import astronaut

from bots.chat import Ask
from engine.jobs.first_look import first_look_id
from engine.jobs.job import JobId, Progress
from engine.jobs.media.store import clip_keys, live_key
from engine.jobs.note import write_note
from engine.jobs.queue import Claim
from engine.video import ClipWriter, jpeg
from tests.browser.page import Page, a_page, needs_chromium
from tests.job_samples import success
from tests.unit.bots.first_looks import (
    begun_film,
    claimed_first_look,
    filmed,
    offering_films,
)
from tests.unit.bots.web_chat.web_house import WebHouse, a_web_house
from tests.valkey import ValkeyProcess

pytestmark = pytest.mark.browser

SRC = "return document.querySelector('.answered video')?.getAttribute('src')"
PLAYS = """
    const video = document.querySelector(".answered video");
    return video && video.readyState >= 2 && video.videoWidth > 0 && video.currentTime;
"""


@pytest.fixture
async def page(tmp_path: Path, valkey: ValkeyProcess, redis: Redis) -> AsyncGenerator[Page]:
    needs_chromium()
    async with a_web_house(tmp_path, valkey.url) as web:
        await offering_films(web.house)
        async with a_page(web) as page:
            yield page


def a_film(path: Path, *, tint: int) -> bytes:
    """Make a clip of somebody, in a colour that tells it from others."""
    picture = astronaut()[:384, :384].astype(np.int16)
    picture[..., tint] += 60
    frames = np.stack([np.clip(picture, 0, 255).astype(np.uint8)] * 48)
    with ClipWriter(path, 384, 384, 24) as writer:
        writer.add(frames)
    return path.read_bytes()


async def store(web: WebHouse, job: JobId, film: bytes) -> None:
    keys = clip_keys(job)
    await web.services.media.put(keys.video, film)
    await web.services.media.put(keys.poster, jpeg(astronaut()[:384, :384]))


async def finish_first_look(web: WebHouse, claim: Claim, film: bytes) -> None:
    await store(web, claim.job.id, film)
    outcome = success(claim.job)
    await write_note(claim.job.id, outcome, None, web.services.media)
    assert await web.services.queue.finish(claim, outcome)


async def asked(page: Page, selfie: Path) -> Ask:
    """Have a robot asked for on the page."""
    await asyncio.to_thread(page.screen.ask, "robot", selfie)
    await asyncio.to_thread(page.screen.one, "[data-action=cancel]")
    job = await asyncio.to_thread(page.screen.attribute, ".answered", "data-job")
    request = await page.web.house.request(JobId(job))
    return Ask(id=request.id, who=request.person, where=page.web.house.here)


async def test_the_quick_version_plays_over_the_progress_and_gives_way_to_the_full_one(
    page: Page, selfie: Path, tmp_path: Path
) -> None:
    screen, web = page.screen, page.web
    ask = await asked(page, selfie)
    quick = await claimed_first_look(web.house, ask)
    await finish_first_look(web, quick, a_film(tmp_path / "quick.mp4", tint=2))
    claim = await begun_film(web.house, ask)

    def shows_both() -> bool:
        """Tell whether the clip plays, and the meter is below it."""
        meters = screen.all(".answered [role=progressbar]")
        return bool(screen.run(PLAYS)) and bool(meters)

    await asyncio.to_thread(screen.until, shows_both)
    video = await asyncio.to_thread(screen.run, SRC)
    assert f"{first_look_id(ask.id)}.mp4" in video
    said = await asyncio.to_thread(screen.text, ".said")
    assert said.startswith("Here is a quick version.")
    assert "40 %" in said

    before = await asyncio.to_thread(screen.run, PLAYS)
    report = Progress(job=ask.id, stage="rendering", fraction=0.7)
    await web.services.queue.beat(claim, report)
    await asyncio.to_thread(screen.until, lambda: "70 %" in screen.text(".said"))
    await asyncio.to_thread(screen.until, lambda: screen.run(PLAYS) != before)
    assert await asyncio.to_thread(screen.run, SRC) == video

    await store(web, ask.id, a_film(tmp_path / "full.mp4", tint=0))
    await web.services.queue.finish(claim, filmed(claim))
    await asyncio.to_thread(screen.until, lambda: screen.run(SRC) != video and screen.run(PLAYS))
    assert await asyncio.to_thread(screen.text, ".said") == "Robot"
    assert not await asyncio.to_thread(screen.all, ".answered [role=progressbar]")
    assert await asyncio.to_thread(screen.complaints) == []


async def test_what_is_being_filmed_is_seen_until_there_is_a_clip(
    page: Page, selfie: Path, tmp_path: Path
) -> None:
    screen, web = page.screen, page.web
    ask = await asked(page, selfie)
    claim = await begun_film(web.house, ask)
    for number in (1, 2):
        still = live_key(ask.id, claim.token, number)
        await web.services.media.put(still, jpeg(astronaut()[:192, :192]))
        report = Progress(job=ask.id, stage="rendering", fraction=0.5, preview=still)
        await web.services.queue.beat(claim, report)

        def is_seen(still: str = still) -> bool:
            seen = [picture.get_attribute("src") or "" for picture in screen.all(".stage img")]
            return len(seen) == 1 and seen[0].endswith(still)

        await asyncio.to_thread(screen.until, is_seen)
    await store(web, ask.id, a_film(tmp_path / "full.mp4", tint=0))
    await web.services.queue.finish(claim, filmed(claim))
    await asyncio.to_thread(screen.until, lambda: screen.run(PLAYS))
    assert not await asyncio.to_thread(screen.all, ".stage img")
    assert await asyncio.to_thread(screen.complaints) == []
