"""A quick version on the page while a model makes the clip that was asked for."""

from __future__ import annotations

import pytest

from bots.chat import Ask
from engine.jobs.first_look import first_look_id
from engine.jobs.job import Failed, JobId
from engine.jobs.media.store import clip_keys
from tests.unit.bots.first_looks import (
    STAYS,
    begun_film,
    filmed,
    made_first_look,
    offering_films,
)
from tests.unit.bots.web_chat.web_house import Browser, Frame, Tab, WebHouse, actions


@pytest.fixture
async def web(web: WebHouse) -> WebHouse:
    await offering_films(web.house)
    return web


async def shown_first_look(web: WebHouse, browser: Browser, tab: Tab, selfie: bytes) -> Ask:
    """Have a robot asked for, its first look shown, and the film of it begun."""
    photo = await browser.upload(selfie)
    asked = await tab.asked(await tab.ask(photos=[photo], effect="robot"))
    job = JobId(asked["job"])
    request = await web.house.request(job)
    ask = Ask(id=job, who=request.person, where=web.house.here)
    await made_first_look(web.house, ask)
    await tab.answered(job, lambda message: shows(message, first_look_id(job)))
    return ask


def shows(message: Frame, job: JobId) -> bool:
    return message["clip"] is not None and message["clip"]["key"] == clip_keys(job).video


async def test_the_quick_version_comes_first_and_the_full_one_replaces_it(
    web: WebHouse, browser: Browser, stranger: Browser, selfie: bytes
) -> None:
    async with browser.tab() as tab:
        ask = await shown_first_look(web, browser, tab, selfie)
        quick = first_look_id(ask.id)
        claim = await begun_film(web.house, ask)
        running = await tab.answered(ask.id, lambda message: message["progress"] == 0.4)
        assert shows(running, quick)
        assert actions(running) == ["cancel"]
        for key in (clip_keys(quick).video, clip_keys(quick).poster):
            assert (await browser.show(key)).status == 200
            assert (await stranger.show(key)).status == 404

        async with browser.tab() as again:
            (line,) = [it for it in again.hello["lines"] if it["entry"]["kind"] == "answered"]
            assert shows(line["entry"]["message"], quick)

        await web.services.queue.finish(claim, filmed(claim))
        done = await tab.answered(ask.id, lambda message: shows(message, ask.id))
    assert done["text"] == "Robot"
    assert done["progress"] is None
    assert "download" in actions(done)


async def test_what_goes_wrong_leaves_the_quick_version_there_until_it_is_deleted(
    web: WebHouse, browser: Browser, selfie: bytes
) -> None:
    async with browser.tab() as tab:
        ask = await shown_first_look(web, browser, tab, selfie)
        quick = first_look_id(ask.id)
        claim = await begun_film(web.house, ask)
        await web.services.queue.finish(claim, Failed(error="boom"))
        ended = await tab.answered(ask.id, lambda message: message["text"].endswith(STAYS))
        assert shows(ended, quick)
        await tab.send("delete", job=ask.id)
        await tab.next("removed")
    assert (await browser.show(clip_keys(quick).video)).status == 404
