"""Clips going out: by range for the player, as a file for keeping, and to their owner only."""

from __future__ import annotations

import pytest

from engine.jobs.job import JobId, MediaKey
from engine.jobs.media.store import live_key, preview_keys
from tests.unit.bots.web_chat.web_house import Browser, WebHouse

CLIP = bytes(range(256)) * 8192
LAST = len(CLIP) - 1


@pytest.fixture
async def clip(web: WebHouse, browser: Browser, selfie: bytes) -> MediaKey:
    """A clip of the browser's, with its bytes known."""
    async with browser.tab() as tab:
        page_id = await tab.ask(photos=[await browser.upload(selfie)])
        job = (await tab.asked(page_id))["job"]
    key = MediaKey(f"clips/{job}.mp4")
    await web.services.media.put(key, CLIP)
    return key


async def test_a_clip_comes_whole_and_is_asked_for_anew_each_time(
    browser: Browser, clip: MediaKey
) -> None:
    answer = await browser.show(clip)

    assert (answer.status, answer.body) == (200, CLIP)
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Content-Disposition" not in answer.headers


async def test_a_player_gets_the_range_it_wants(browser: Browser, clip: MediaKey) -> None:
    ranges = {
        "bytes=0-": (0, LAST),
        "bytes=0-0": (0, 0),
        "bytes=1048570-1048590": (1048570, 1048590),
        "bytes=100-999999999": (100, LAST),
        "bytes=-500": (LAST - 499, LAST),
    }
    for wanted, (first, last) in ranges.items():
        answer = await browser.show(clip, Range=wanted)

        assert answer.status == 206
        assert answer.body == CLIP[first : last + 1]
        assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(CLIP)}"


async def test_a_range_that_cannot_be_read_gets_everything(
    browser: Browser, clip: MediaKey
) -> None:
    for wanted in ("bytes=0-1,5-9", "lines=1-2", "bytes=9-2"):
        answer = await browser.show(clip, Range=wanted)

        assert (answer.status, len(answer.body)) == (200, len(CLIP))


async def test_a_range_past_the_end_cannot_be_had(browser: Browser, clip: MediaKey) -> None:
    answer = await browser.show(clip, Range=f"bytes={len(CLIP)}-")

    assert (answer.status, answer.body) == (416, b"")
    assert answer.headers["Content-Range"] == f"bytes */{len(CLIP)}"


async def test_what_the_browser_has_already_is_not_sent_again(
    browser: Browser, clip: MediaKey
) -> None:
    tag = (await browser.show(clip)).headers["ETag"]

    answer = await browser.show(clip, **{"If-None-Match": tag})

    assert (answer.status, answer.body) == (304, b"")


async def test_a_download_is_a_file_with_a_name(browser: Browser, clip: MediaKey) -> None:
    answer = await browser.get(f"/media/{clip}?download")

    disposition = answer.headers["Content-Disposition"]
    assert disposition == f'attachment; filename="zoetrope-{clip[6:14]}.mp4"'


async def test_previews_are_for_everyone_and_may_be_cached(
    web: WebHouse, browser: Browser, stranger: Browser
) -> None:
    preview = preview_keys("symbiote", "1.0.0").video
    await web.services.media.put(preview, CLIP)

    for visitor in (browser, stranger):
        answer = await visitor.show(preview)
        assert (answer.status, answer.body) == (200, CLIP)
        assert answer.headers["Cache-Control"] == "private, max-age=86400, immutable"


async def test_a_picture_of_a_film_under_way_is_for_whoever_asked_for_it(
    web: WebHouse, browser: Browser, stranger: Browser, clip: MediaKey
) -> None:
    job = JobId(clip.removeprefix("clips/").removesuffix(".mp4"))
    live = live_key(job, token=2, number=5)
    await web.services.media.put(live, b"a picture")

    mine, theirs = await browser.show(live), await stranger.show(live)

    assert (mine.status, mine.body, theirs.status) == (200, b"a picture", 404)
    assert mine.headers["Content-Type"] == "image/jpeg"


async def test_someone_elses_clip_is_as_good_as_none(
    browser: Browser, stranger: Browser, clip: MediaKey
) -> None:
    theirs, none = await stranger.show(clip), await browser.show("clips/none.mp4")

    assert theirs.status == none.status == 404
    assert theirs.body == none.body
