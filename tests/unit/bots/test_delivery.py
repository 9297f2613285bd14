"""Delivery: what people see, whatever goes wrong in between."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bots.chat import Action, Person
from bots.errors import ChatUnavailable, StoreUnavailable
from deploy.polling import wait_until
from engine.jobs.job import Cancelled, Declined, Failed, Progress
from engine.jobs.outbox import Outbox
from engine.jobs.planning.planner import Planner
from engine.jobs.refusal import Refusal, RefusalCode
from tests.fakes.chat import Fault
from tests.house import House, a_house, at_work
from tests.job_samples import a_job, success
from tests.unit.bots.eyes import SOON_S, actions, delivered, shows
from tests.valkey import ValkeyProcess


async def test_those_who_wait_read_their_place_and_their_wait(house: House) -> None:
    delivery = house.delivery()
    _, second, third = [await house.opened(delivery) for _ in range(3)]
    async with at_work(delivery.run(), Planner(house.services.redis).run()):
        await house.claim()
        assert await shows(house, second.id, "Next in line, ")
        assert await shows(house, third.id, "2nd in line, ")
    (message,) = house.chat.messages(third.id)
    assert actions(message) == [Action.CANCEL]
    assert message.progress is None


async def test_a_placeholder_opened_twice_is_one_message(house: House) -> None:
    delivery = house.delivery()
    ask = await house.ask()
    ticket = await house.services.studio.submit(ask)
    assert await delivery.open(ticket) == await delivery.open(ticket)
    assert len(house.chat.shown) == 1


async def test_a_place_in_the_queue_moves_up_as_others_finish(house: House) -> None:
    delivery = house.delivery()
    _, _, last = [await house.opened(delivery) for _ in range(3)]
    async with at_work(delivery.run(), Planner(house.services.redis).run()):
        claim = await house.claim()
        assert await shows(house, last.id, "2nd in line, ")
        await house.services.queue.finish(claim, success(claim.job))
        await house.claim()
        assert await shows(house, last.id, "Next in line, ")


async def test_progress_is_shown_as_a_bar_and_a_figure(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    async with at_work(delivery.run()):
        claim = await house.claim()
        await house.services.queue.beat(
            claim, Progress(job=ask.id, stage="rendering", fraction=0.42)
        )
        assert await shows(house, ask.id, "Rendering Symbiote… 42 %")
        (message,) = house.chat.messages(ask.id)
        assert message.progress == 0.42
        assert actions(message) == [Action.CANCEL]


async def test_a_message_is_not_edited_while_nothing_changes(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    async with at_work(delivery.run()):
        await house.claim()
        assert await shows(house, ask.id, "Getting your photo ready")
        other = await house.opened(delivery)
        assert await shows(house, other.id, "Queued")
        await house.work(lambda claim: success(claim.job))
        await delivered(house, other.id)
    assert house.chat.edits.count((ask.id, "Getting your photo ready for Symbiote…")) == 1


async def test_a_finished_clip_replaces_the_placeholder(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    async with at_work(delivery.run()):
        await house.work(lambda claim: success(claim.job))
        message = await delivered(house, ask.id)
    assert message.clip is not None
    assert message.text == "Symbiote"
    assert actions(message) == [
        Action.AGAIN,
        Action.REMIX,
        Action.OTHER_EFFECT,
        Action.HD,
        Action.SHARE,
        Action.DETAILS,
        Action.REPORT,
        Action.DOWNLOAD,
        Action.DELETE,
    ]


async def test_a_clip_chosen_by_the_prompt_says_so_and_offers_the_runners_up(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery, effect=None, prompt="make me a robot")
    async with at_work(delivery.run()):
        await house.work(lambda claim: success(claim.job))
        message = await delivered(house, ask.id)
    assert message.text == "I picked Robot for your words."
    offered = {button.effect for button in message.buttons if button.action is Action.CHOOSE}
    assert offered == {"symbiote", "head_turn"}


async def test_people_read_their_own_language(house: House) -> None:
    delivery = house.delivery()
    reader = Person(id=house.me.id, language="zh-Hans-CN")
    ask = await house.opened(delivery, who=reader)
    async with at_work(delivery.run()):
        await house.work(lambda claim: success(claim.job))
        message = await delivered(house, ask.id)
    assert message.text == "共生体"
    assert message.buttons[0].label == "再来一次"


async def test_a_refusal_by_the_engine_says_what_to_do(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    async with at_work(delivery.run()):
        await house.work(lambda _: Declined(refusal=Refusal(RefusalCode.NO_FACE)))
        message = await delivered(house, ask.id)
    assert "cannot find a face" in message.text
    assert actions(message) == [Action.DELETE]


async def test_a_failure_is_ours_and_does_not_count(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    async with at_work(delivery.run()):
        await house.work(lambda _: Failed(error="a stack trace"))
        message = await delivered(house, ask.id)
    assert "stack trace" not in message.text
    assert actions(message) == [Action.AGAIN, Action.OTHER_EFFECT, Action.DELETE]
    usage = await house.services.studio.people.usage(house.me.id, house.time())
    assert usage.made == 0


async def test_a_cancelled_job_says_so(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    async with at_work(delivery.run()):
        await house.services.studio.cancel(house.me, ask.id)
        message = await delivered(house, ask.id)
    assert message.text == "Cancelled."
    assert (await house.request(ask.id)).outcome == Cancelled()


async def test_a_clip_that_took_long_is_followed_by_a_line(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    house.time.ahead = timedelta(seconds=40)
    async with at_work(delivery.run()):
        await house.work(lambda claim: success(claim.job))
        await delivered(house, ask.id)
        assert await wait_until(lambda: _said_aloud(house), within_s=SOON_S)
    assert house.chat.nudges == ["Your Symbiote clip is ready."]


async def _said_aloud(house: House) -> bool:
    return bool(house.chat.nudges)


async def test_a_clip_that_came_quickly_is_not(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    async with at_work(delivery.run()):
        await house.work(lambda claim: success(claim.job))
        await delivered(house, ask.id)
    assert house.chat.nudges == []


async def test_a_platform_that_is_away_gets_the_clip_later_and_once(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    house.chat.faults["edit"].extend([Fault.UNAVAILABLE] * 5)
    async with at_work(delivery.run()):
        await house.work(lambda claim: success(claim.job))
        await delivered(house, ask.id)
    assert house.chat.clips(ask.id) == 1


async def test_edits_whose_replies_are_lost_are_repeated_without_harm(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    house.chat.faults["edit"].extend([Fault.REPLY_LOST] * 3)
    async with at_work(delivery.run()):
        await house.work(lambda claim: success(claim.job))
        await delivered(house, ask.id)
    assert house.chat.clips(ask.id) == 1


async def test_an_ask_whose_placeholder_never_came_gets_a_new_message(house: House) -> None:
    ask = await house.submitted()
    async with at_work(house.delivery().run()):
        assert await shows(house, ask.id, "Queued")
        await house.work(lambda claim: success(claim.job))
        message = await delivered(house, ask.id)
    assert message.clip is not None


async def test_a_placeholder_that_cannot_be_posted_is_said_to_the_adapter(house: House) -> None:
    delivery = house.delivery()
    house.chat.faults["post"].append(Fault.UNAVAILABLE)
    with pytest.raises(ChatUnavailable):
        await house.opened(delivery)


async def test_a_placeholder_of_unknown_fate_is_replaced_by_one_clip(house: House) -> None:
    delivery = house.delivery()
    house.chat.faults["post"].append(Fault.REPLY_LOST)
    ask = await house.submitted()
    with pytest.raises(ChatUnavailable):
        await delivery.open(await house.services.studio.submit(ask))
    async with at_work(delivery.run()):
        await house.work(lambda claim: success(claim.job))
        assert await wait_until(lambda: house.is_delivered(ask.id), within_s=SOON_S)
    assert house.chat.clips(ask.id) == 1


async def test_a_new_process_goes_on_where_the_last_one_stopped(house: House) -> None:
    before = house.delivery()
    ask = await house.opened(before)
    claim = await house.claim()
    progress = Progress(job=ask.id, stage="rendering", fraction=0.6)
    await house.services.queue.beat(claim, progress)
    async with at_work(house.delivery().run()):
        assert await shows(house, ask.id, "Rendering Symbiote… 60 %")
        await house.services.queue.finish(claim, success(claim.job))
        message = await delivered(house, ask.id)
    assert message.clip is not None


async def test_an_outcome_that_came_while_no_bot_ran_is_shown_at_the_next_start(
    house: House,
) -> None:
    ask = await house.opened(house.delivery())
    await house.work(lambda claim: success(claim.job))
    async with at_work(house.delivery().run()):
        message = await delivered(house, ask.id)
    assert message.clip is not None


async def test_the_queue_lets_a_job_go_once_its_end_is_journalled(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    async with at_work(delivery.run()):
        await house.work(lambda claim: success(claim.job))
        await delivered(house, ask.id)
    left = await Outbox(house.services.redis, "web").entries(wait=timedelta())
    assert left == []


async def test_a_message_that_is_closed_is_taken_away_and_stays_away(house: House) -> None:
    delivery = house.delivery()
    ask, other = await house.opened(delivery), await house.opened(delivery)
    async with at_work(delivery.run()):
        claim = await house.claim()
        await house.services.studio.delete(house.me, ask.id)
        await delivery.close(ask.id)
        await house.services.queue.finish(claim, success(claim.job))
        await house.work(lambda claim: success(claim.job))
        await delivered(house, other.id)
    assert house.chat.messages(ask.id) == []


async def test_a_clip_that_arrives_for_an_erased_request_is_erased(house: House) -> None:
    delivery = house.delivery()
    ask, other = await house.opened(delivery), await house.opened(delivery)
    claim = await house.claim()
    await house.services.studio.delete(house.me, ask.id)
    clip = success(claim.job).clip
    await house.services.media.put(clip.key, b"a clip")
    await house.services.queue.finish(claim, success(claim.job))
    await house.work(lambda claim: success(claim.job))
    async with at_work(delivery.run()):
        await delivered(house, other.id)
    assert not await house.services.media.exists(clip.key)
    assert house.chat.messages(ask.id) == []


async def test_a_locked_database_delays_a_clip_and_loses_nothing(
    tmp_path: Path, valkey: ValkeyProcess, redis: Redis
) -> None:
    file = tmp_path / "zoetrope.db"
    url = f"sqlite+aiosqlite:///{file}?timeout=0.05"
    async with a_house(tmp_path, valkey.url, database_url=url) as house:
        delivery = house.delivery()
        ask = await house.opened(delivery)
        async with at_work(delivery.run()):
            with closing(sqlite3.connect(file)) as other:
                other.execute("BEGIN EXCLUSIVE")
                await house.work(lambda claim: success(claim.job))
                with pytest.raises(StoreUnavailable):
                    await house.services.studio.block(house.me.id)
            await delivered(house, ask.id)
    assert house.chat.clips(ask.id) == 1


async def test_an_outcome_of_nobodys_job_is_let_go(house: House) -> None:
    await house.services.queue.enqueue(a_job("nobodys"))
    ask = await house.submitted()
    async with at_work(house.delivery().run()):
        for _ in range(2):
            await house.work(lambda claim: success(claim.job))
        await delivered(house, ask.id)
    assert await Outbox(house.services.redis, "web").entries(wait=timedelta()) == []
