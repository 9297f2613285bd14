"""What the queue lost, forgot or garbled ends as the journal has it, and is paid for once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import update

from bots.accounts import LedgerKind, Usage
from bots.chat import Ask, job_id
from bots.store.tables import RequestRow
from deploy.polling import wait_until
from engine.jobs.job import (
    OUTCOME_JSON,
    Cancelled,
    Declined,
    Failed,
    JobId,
    Outcome,
)
from engine.jobs.keys import Key, prefix
from engine.jobs.media.store import clip_keys
from engine.jobs.outbox import Outbox
from engine.jobs.queue import Beat, Claim
from engine.jobs.refusal import Refusal, RefusalCode
from tests.house import House, a_house, at_work
from tests.job_samples import success
from tests.valkey import ValkeyProcess

SOON_S = 20
HELD = [LedgerKind.HOLD]
SPENT = [LedgerKind.HOLD, LedgerKind.SETTLE]
GIVEN_BACK = [LedgerKind.HOLD, LedgerKind.RELEASE]
OUTBOX = prefix("main") + Key.OUTBOX + "web"


async def sweep(house: House) -> None:
    """Sweep when nothing can be under way any more."""
    house.time.ahead += timedelta(seconds=30)
    await house.services.sweeper.requeue()


async def store_clip(house: House, ask: Ask) -> None:
    """Have the clip's files in the media store, as a worker leaves them before it reports."""
    job, keys = (await house.request(ask.id)).job, clip_keys(ask.id)
    assert job is not None
    await house.services.media.put(keys.video, b"a clip")
    await house.services.media.put(keys.receipt, OUTCOME_JSON.dump_json(success(job)))


async def outcome_of(house: House, ask: Ask) -> Outcome | None:
    return (await house.request(ask.id)).outcome


async def shown(house: House, ask: Ask) -> None:
    """Have everything that waits delivered."""
    async with at_work(house.delivery().run()):
        assert await wait_until(lambda: house.is_delivered(ask.id), within_s=SOON_S)


async def test_what_was_accepted_is_never_refused_for_being_too_much(
    tmp_path: Path, valkey: ValkeyProcess, redis: Redis
) -> None:
    async with a_house(tmp_path, valkey.url, max_waiting=3) as house:
        asks = [await house.submitted() for _ in range(3)]
        await redis.flushall()
    async with a_house(
        tmp_path, valkey.url, max_waiting=1, max_place_waiting=1, max_running=3
    ) as house:
        await sweep(house)
        assert {(await house.claim()).job.id for _ in asks} == {ask.id for ask in asks}


async def test_a_finished_job_the_queue_forgot_is_shown_and_paid_once(house: House) -> None:
    ask = await house.submitted()
    await store_clip(house, ask)
    await house.services.redis.flushdb()
    for _ in range(2):
        await sweep(house)
    assert await house.services.queue.state(ask.id) is None
    await shown(house, ask)
    assert house.chat.clips(ask.id) == 1
    assert await house.credits(ask.id) == SPENT


async def test_a_clip_whose_receipt_cannot_be_read_is_made_again(house: House) -> None:
    ask = await house.submitted()
    await house.services.media.put(clip_keys(ask.id).receipt, b'{"kind": "of another version"}')
    await house.services.redis.flushdb()
    await sweep(house)
    assert (await house.claim()).job.id == ask.id


@pytest.mark.parametrize("stored", ['{"v": 99}', "not JSON", '{"id": "x", "variants": []}'])
async def test_a_lost_job_that_cannot_be_read_is_left_to_another_version_and_then_fails(
    house: House, stored: str
) -> None:
    ask = await house.submitted()
    async with house.services.database.writing() as session:
        await session.execute(update(RequestRow).values(job=stored))
    await house.services.redis.flushall()
    await sweep(house)
    assert not await house.has_ended(ask.id)
    house.time.ahead += timedelta(hours=24)
    await sweep(house)
    assert isinstance(await outcome_of(house, ask), Failed)
    assert await house.credits(ask.id) == GIVEN_BACK
    assert await house.services.queue.state(ask.id) is None


async def test_a_lost_job_too_large_for_the_queue_is_refused(house: House) -> None:
    ask = await house.submitted()
    request = await house.request(ask.id)
    assert request.job is not None
    large = await house.ask(id=job_id("web", "large"))

    def anything(_: Usage) -> None:
        return None

    job = replace(request.job, id=large.id, prompt="a" * 70_000)
    await house.services.journal.accept(replace(request, id=large.id, job=job), anything)
    await sweep(house)
    refusal = Refusal(RefusalCode.ASK_TOO_LARGE, {"limit": 65536})
    assert await outcome_of(house, large) == Declined(refusal=refusal)
    assert await house.credits(large.id) == GIVEN_BACK
    assert await house.credits(ask.id) == HELD


async def garble_the_outbox(redis: Redis, job: JobId | None) -> None:
    """Put something in the place of all outcomes."""
    await redis.delete(OUTBOX)
    name = {"job": str(job)} if job else {}
    await redis.xadd(OUTBOX, {"outcome": '{"kind": "strange"}', **name})


@pytest.mark.parametrize("named", [True, False])
async def test_an_outcome_that_cannot_be_read_is_taken_from_the_clips_receipt(
    house: House, named: bool
) -> None:
    ask = await house.submitted()
    await house.work(made)
    await store_clip(house, ask)
    await garble_the_outbox(house.services.redis, ask.id if named else None)
    async with at_work(house.delivery().run()):

        async def is_empty() -> bool:
            return await house.services.redis.xlen(OUTBOX) == 0

        assert await wait_until(is_empty, within_s=SOON_S)
        await sweep(house)
        assert await wait_until(lambda: house.is_delivered(ask.id), within_s=SOON_S)
    assert house.chat.clips(ask.id) == 1
    assert await house.credits(ask.id) == SPENT


def made(claim: Claim) -> Outcome:
    return success(claim.job)


def no_face(_: Claim) -> Outcome:
    return Declined(refusal=Refusal(RefusalCode.NO_FACE))


def cancelled(_: Claim) -> Outcome:
    return Cancelled()


@pytest.mark.parametrize(
    ("end", "kind"), [(made, "failed"), (no_face, "failed"), (cancelled, "cancelled")]
)
async def test_an_outcome_lost_without_a_trace_costs_nothing(
    house: House, end: Callable[[Claim], Outcome], kind: str
) -> None:
    ask = await house.submitted()
    await house.work(end)
    await house.services.redis.delete(OUTBOX)
    await sweep(house)
    outcome = await outcome_of(house, ask)
    assert outcome is not None
    assert outcome.kind == kind
    assert await house.credits(ask.id) == GIVEN_BACK


async def test_an_outcome_on_its_way_is_left_to_its_bot(house: House) -> None:
    ask = await house.submitted()
    await house.work(no_face)
    await sweep(house)
    assert await outcome_of(house, ask) is None
    assert await Outbox(house.services.redis, "web").jobs() == {ask.id}


async def test_what_no_worker_takes_up_costs_nothing(house: House) -> None:
    ask, refusal = await house.submitted(), Refusal(RefusalCode.WAITED_TOO_LONG)
    assert await house.services.queue.refuse(ask.id, refusal)
    await shown(house, ask)
    assert await outcome_of(house, ask) == Declined(refusal=refusal)
    assert await house.credits(ask.id) == GIVEN_BACK


async def test_a_job_that_fails_at_every_attempt_costs_nothing(house: House) -> None:
    ask = await house.submitted()
    for _ in range(3):
        assert await house.services.queue.retry(await house.claim(), "broken")
    await shown(house, ask)
    assert isinstance(await outcome_of(house, ask), Failed)
    assert await house.credits(ask.id) == GIVEN_BACK


async def test_a_job_stopped_while_it_runs_costs_nothing(house: House) -> None:
    ask = await house.submitted()
    claim = await house.claim()
    await house.services.studio.cancel(house.me, ask.id)
    assert await house.credits(ask.id) == HELD
    assert await house.services.queue.beat(claim) is Beat.CANCEL
    assert await house.services.queue.finish(claim, Cancelled())
    await shown(house, ask)
    assert await house.credits(ask.id) == GIVEN_BACK
