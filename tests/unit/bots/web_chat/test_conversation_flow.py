"""A conversation over the web socket, from the ask to the clip and away again."""

from __future__ import annotations

import uuid
from pathlib import Path

from redis.asyncio import Redis

from engine.jobs.job import Cancelled, JobId, Progress
from engine.jobs.media.store import clip_keys
from engine.jobs.note import write_note
from engine.jobs.queue import Beat, Claim
from tests.house import ABILITY, WORKER
from tests.job_samples import FILMED, SAMPLE, receipt, success
from tests.unit.bots.web_chat.web_house import (
    Browser,
    Frame,
    Tab,
    WebHouse,
    a_browser,
    a_web_house,
    actions,
)
from tests.valkey import ValkeyProcess


def has_clip(message: Frame) -> bool:
    return message["clip"] is not None


def is_cancelled(message: Frame) -> bool:
    return message["text"] == "Cancelled."


async def work(web: WebHouse) -> Claim:
    """Make the next clip, as a worker does."""
    claim = await web.house.claim()
    keys = clip_keys(claim.job.id)
    await web.services.media.put(keys.video, b"a video")
    await web.services.media.put(keys.poster, b"a picture")
    assert await web.services.queue.finish(claim, success(claim.job))
    return claim


async def a_clip(web: WebHouse, tab: Tab, photo: str, **fields: object) -> str:
    """Ask for a clip and have it made; answers its job."""
    job = (await tab.asked(await tab.ask(photos=[photo], **fields)))["job"]
    await work(web)
    await tab.answered(job, has_clip)
    return job


async def test_a_photo_and_an_effect_become_a_clip_in_one_message(
    web: WebHouse, browser: Browser, selfie: bytes
) -> None:
    async with browser.tab() as tab:
        photo = await browser.upload(selfie)
        asked = await tab.asked(await tab.ask(photos=[photo]))
        queued = await tab.answered(asked["job"])

        claim = await web.house.claim()
        report = Progress(job=claim.job.id, stage="rendering", fraction=0.4)
        assert await web.services.queue.beat(claim, report) is Beat.HELD
        running = await tab.answered(asked["job"], lambda message: message["progress"] == 0.4)
        assert await web.services.queue.finish(claim, success(claim.job))
        done = await tab.answered(asked["job"], has_clip)

    assert (asked["title"]["en"], asked["photos"]) == ("Symbiote", [photo])
    assert queued["text"] == "Queued"
    assert actions(queued) == ["cancel"]
    assert running["text"] == "Rendering Symbiote… 40 %"
    assert actions(done) == ["again", "other_effect", "details", "download", "delete"]


async def test_a_reload_shows_the_conversation_with_progress_as_it_is_now(
    web: WebHouse, browser: Browser, selfie: bytes
) -> None:
    async with browser.tab() as tab:
        photo = await browser.upload(selfie)
        first = await a_clip(web, tab, photo)
        second = (await tab.asked(await tab.ask(photos=[photo])))["job"]
        claim = await web.house.claim()
        report = Progress(job=claim.job.id, stage="rendering", fraction=0.7)
        await web.services.queue.beat(claim, report)
        await tab.answered(second, lambda message: message["progress"] == 0.7)

    async with browser.tab() as again:
        entries = [line["entry"] for line in again.hello["lines"]]

    assert [(entry["kind"], entry["job"]) for entry in entries] == [
        ("asked", first),
        ("answered", first),
        ("asked", second),
        ("answered", second),
    ]
    assert entries[1]["message"]["clip"]["key"] == clip_keys(JobId(first)).video
    assert entries[3]["message"]["progress"] == 0.7


async def test_a_restart_of_the_bot_loses_nothing(
    tmp_path: Path, valkey: ValkeyProcess, redis: Redis, selfie: bytes
) -> None:
    async with a_browser() as browser:
        async with a_web_house(tmp_path, valkey.url) as before:
            browser.address = before.address
            await browser.knock()
            async with browser.tab() as tab:
                photo = await browser.upload(selfie)
                done = await a_clip(before, tab, photo)
                waiting = (await tab.asked(await tab.ask(photos=[photo])))["job"]

        async with a_web_house(tmp_path, valkey.url) as after:
            browser.address = after.address
            async with browser.tab() as tab:
                jobs = [line["entry"]["job"] for line in tab.hello["lines"]]
                await work(after)
                await tab.answered(waiting, has_clip)

    assert jobs == [done, done, waiting, waiting]


async def test_two_tabs_stay_in_step(web: WebHouse, browser: Browser, selfie: bytes) -> None:
    async with browser.tab() as one, browser.tab() as other:
        photo = await browser.upload(selfie)
        page_id = await one.ask(photos=[photo])
        job = (await one.asked(page_id))["job"]

        assert (await other.asked(page_id))["job"] == job
        await work(web)
        assert await other.answered(job, has_clip) == await one.answered(job, has_clip)

        await other.send("delete", job=job)
        assert (await one.next("removed"))["job"] == job


async def test_an_ask_sent_again_after_a_lost_line_is_one_job(
    web: WebHouse, browser: Browser, selfie: bytes
) -> None:
    photo, page_id = await browser.upload(selfie), str(uuid.uuid4())
    async with browser.tab() as tab:
        await tab.ask(id=page_id, photos=[photo])
        first = await tab.asked(page_id)
    async with browser.tab() as tab:
        await tab.ask(id=page_id, photos=[photo])
        again = await tab.asked(page_id)
        await work(web)
        await tab.answered(first["job"], has_clip)

    async with browser.tab() as tab:
        kinds = [line["entry"]["kind"] for line in tab.hello["lines"]]

    assert again == first
    assert kinds == ["asked", "answered"]
    assert await web.services.queue.claim(WORKER, ABILITY, nonce="none left") is None


async def test_again_and_another_effect_follow_with_the_same_photo(
    web: WebHouse, browser: Browser, selfie: bytes
) -> None:
    async with browser.tab() as tab:
        photo = await browser.upload(selfie)
        first = await a_clip(web, tab, photo, params={"tongue": False})
        again, other = str(uuid.uuid4()), str(uuid.uuid4())

        await tab.send("again", id=again, job=first)
        asked_again = await tab.asked(again)
        repeated = await work(web)
        await tab.answered(asked_again["job"], has_clip)
        await tab.send("other_effect", id=other, job=first, effect="robot")
        asked_other = await tab.asked(other)
        changed = await work(web)

    assert asked_again["photos"] == asked_other["photos"] == [photo]
    assert repeated.job.params == {"tongue": False}
    assert repeated.job.photos == changed.job.photos == (photo,)
    assert (asked_other["title"]["en"], changed.job.effect) == ("Robot", "robot")


async def test_a_running_job_can_be_cancelled(
    web: WebHouse, browser: Browser, selfie: bytes
) -> None:
    async with browser.tab() as tab:
        job = (await tab.asked(await tab.ask(photos=[await browser.upload(selfie)])))["job"]
        claim = await web.house.claim()
        await tab.answered(job)

        await tab.send("cancel", job=job)

        while await web.services.queue.beat(claim) is not Beat.CANCEL:
            pass
        await web.services.queue.finish(claim, Cancelled())
        message = await tab.answered(job, is_cancelled)
    assert actions(message) == ["again", "other_effect", "delete"]


async def test_what_is_deleted_is_gone_with_its_clip_and_photo(
    web: WebHouse, browser: Browser, selfie: bytes
) -> None:
    async with browser.tab() as tab:
        photo = await browser.upload(selfie)
        job = await a_clip(web, tab, photo)
        clip = clip_keys(JobId(job)).video
        assert (await browser.show(clip)).status == 200

        await tab.send("delete", job=job)
        await tab.next("removed")

    async with browser.tab() as tab:
        assert tab.hello["lines"] == []
    assert (await browser.show(clip)).status == 404
    assert (await browser.show(photo)).status == 404


async def test_a_refused_ask_says_what_to_do_and_can_be_taken_away(browser: Browser) -> None:
    async with browser.tab() as tab:
        job = (await tab.asked(await tab.ask(photos=[])))["job"]
        message = await tab.answered(job)

        await tab.send("delete", job=job)
        await tab.next("removed")

    assert message["text"] == "This effect needs a photo. Send one, and ask again."
    assert actions(message) == ["delete"]


async def test_a_prompt_of_any_length_and_script_gets_an_answer(browser: Browser) -> None:
    words = "جدار \u202e🤖 " * 1000
    async with browser.tab() as tab:
        asked = await tab.asked(await tab.ask(effect=None, prompt=words))
        message = await tab.answered(asked["job"])

    assert asked["prompt"] == words
    assert message["text"].startswith("That is too much text for me.")


async def test_what_made_a_clip_is_told_to_the_page_that_asks(
    web: WebHouse, browser: Browser, selfie: bytes
) -> None:
    async with browser.tab() as tab:
        job = await a_clip(web, tab, await browser.upload(selfie))
        made = receipt(look=None, model=FILMED, prompt="a secret")
        await write_note(JobId(job), success(SAMPLE), made, web.services.media)
        await tab.send("details", job=job)
        told = await tab.next("details")
        await tab.send("details", job="nothing")
        assert (await tab.next("note"))["text"].startswith("I do not know this clip")

    assert told["job"] == job
    first, model, loras, name = told["text"].splitlines()
    assert first == "Symbiote 1.0.0, 512×512, 4 s, made in 8 s."
    assert (model, loras) == (
        "Filmed by Tiny photo to video in 4 steps.",
        "With squish_18, few-steps.",
    )
    assert name.endswith(f". Job {job}")


async def test_nobody_can_touch_what_is_someone_elses(
    web: WebHouse, browser: Browser, stranger: Browser, selfie: bytes
) -> None:
    async with browser.tab() as mine, stranger.tab() as theirs:
        photo = await browser.upload(selfie)
        job = await a_clip(web, mine, photo)

        for frame in ("cancel", "delete"):
            await theirs.send(frame, job=job)
            assert (await theirs.next("note"))["text"].startswith("This one belongs to someone")
        for unknown in ({"type": "again", "id": str(uuid.uuid4())}, {"type": "details"}):
            await theirs.send(unknown.pop("type"), job=job, **unknown)
            assert (await theirs.next("note"))["text"].startswith("I do not know this clip")
        stolen = (await theirs.asked(await theirs.ask(photos=[photo])))["job"]
        refused = await theirs.answered(stolen)

    assert refused["text"].startswith("Your photo is no longer kept here.")
    assert (await stranger.show(photo)).status == 404
    assert (await stranger.show(clip_keys(JobId(job)).video)).status == 404
    assert (await browser.show(clip_keys(JobId(job)).video)).status == 200


async def test_a_long_conversation_comes_in_pages(browser: Browser) -> None:
    async with browser.tab() as tab:
        jobs = [(await tab.asked(await tab.ask(photos=[])))["job"] for _ in range(30)]
        await tab.answered(jobs[-1])

    async with browser.tab() as tab:
        last = [line["entry"]["job"] for line in tab.hello["lines"]]
        await tab.send("earlier", before=tab.hello["lines"][0]["seq"])
        earlier = await tab.next("earlier")

    assert last == [job for job in jobs[10:] for _ in range(2)]
    assert [line["entry"]["job"] for line in earlier["lines"]] == [
        job for job in jobs[:10] for _ in range(2)
    ]
    assert (tab.hello["more"], earlier["more"]) == (True, False)
