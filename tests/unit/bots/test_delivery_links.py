"""A clip that the platform does not take, kept where a link can lead to it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from redis.asyncio import Redis
from yarl import URL

from bots.accounts import LedgerKind
from bots.chat import Action
from engine.jobs.job import JobId
from tests.fakes.chat import at_once
from tests.fakes.s3 import FakeS3
from tests.house import House, a_house, at_work
from tests.unit.bots.delivery_process import BotProcess, concluded
from tests.unit.bots.eyes import actions, delivered
from tests.valkey import ValkeyProcess

DAY_S = 24 * 3600


@pytest.fixture
async def house(
    tmp_path: Path, valkey: ValkeyProcess, redis: Redis, s3: FakeS3
) -> AsyncGenerator[House]:
    """A bot whose media are in a bucket, on a platform that takes no clips."""
    async with a_house(tmp_path, valkey.url, **s3.settings()) as house:
        house.chat.takes_clips = False
        yield house


def link_under(house: House, job: JobId) -> URL:
    """Give what the button of the one message for a job leads to."""
    (message,) = house.chat.messages(job)
    (link,) = filter(None, (button.url for button in message.buttons))
    return URL(link, encoded=True)


async def test_a_clip_too_large_can_be_downloaded_and_is_paid_for(house: House) -> None:
    delivery = house.delivery()
    ask = await house.opened(delivery)
    await concluded(house)
    async with at_work(delivery.run()):
        message = await delivered(house, ask.id)
    assert message.text.endswith("Press Download to get it.")
    assert actions(message) == [Action.DOWNLOAD, Action.OTHER_EFFECT, Action.DELETE]
    async with ClientSession() as browser, browser.get(link_under(house, ask.id)) as answer:
        assert await answer.read() == b"a clip"
    assert not (await house.request(ask.id)).undeliverable
    assert await house.credits(ask.id) == [LedgerKind.HOLD, LedgerKind.SETTLE]


@pytest.mark.parametrize(("kept", "lasts"), [(3, 3), (30, 7)])
async def test_a_link_works_as_long_as_the_clip_is_kept_but_no_longer_than_stores_take(
    tmp_path: Path, valkey: ValkeyProcess, redis: Redis, s3: FakeS3, kept: int, lasts: int
) -> None:
    async with a_house(tmp_path, valkey.url, keep_clips_days=kept, **s3.settings()) as house:
        house.chat.takes_clips = False
        ask = await house.opened(house.delivery())
        await concluded(house)
        await BotProcess(house, ask.id).look_until_over()
        assert link_under(house, ask.id).query["X-Amz-Expires"] == str(lasts * DAY_S)


async def test_progress_that_comes_late_does_not_stay_in_the_place_of_the_link(
    house: House,
) -> None:
    ask = await house.opened(house.delivery())
    late, other = BotProcess(house, ask.id), BotProcess(house, ask.id)

    async def hang(_verb: str) -> None:
        house.chat.before = at_once
        await concluded(house)
        await other.look_until_over()

    house.chat.before = hang
    await late.look()
    assert link_under(house, ask.id)
