"""One budget for all processes of a bot: what they share, and what each does without Redis."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from bots.chat import Message, PlaceId
from bots.delivery.budget import CallBudget, Rate
from bots.delivery.lanes import Lanes
from bots.delivery.shared_budget import SharedBudget
from bots.errors import ChatBusy
from deploy.polling import wait_until
from engine.jobs.connection import connect
from engine.jobs.job import JobId
from tests.fakes.chat import Fault
from tests.house import House
from tests.lossy_proxy import LossyProxy, Passage
from tests.unit.bots.budgets import FLOOD, LocalBudgets, SharedBudgets
from tests.valkey import ValkeyProcess

HERE, THERE = PlaceId("telegram:-1"), PlaceId("telegram:-2")
SLOW = Rate(every_s=100.0)
SOON_S = 15.0
AT_ONCE_S = 3.0


@pytest.fixture
async def other_redis(valkey: ValkeyProcess) -> AsyncGenerator[Redis]:
    async with connect(valkey.url) as client:
        yield client


def process(redis: Redis, rate: Rate = SLOW, *, bot: str = "telegram") -> SharedBudget:
    """Start a process of a bot, as far as its budget goes."""
    return SharedBudget(redis, bot, lambda _: rate)


async def test_processes_of_a_bot_take_from_one_budget(redis: Redis, other_redis: Redis) -> None:
    one, other = process(redis), process(other_redis)
    assert await one.turn(HERE, "one") == 0
    assert await other.turn(HERE, "two") == pytest.approx(100, abs=1)
    assert not await other.spare(HERE, "three")
    assert await other.turn(THERE, "four") == 0


async def test_results_go_in_the_order_of_asking_whichever_process_asks(
    redis: Redis, other_redis: Redis
) -> None:
    processes = [process(redis), process(other_redis)]
    waits = [await processes[number % 2].turn(HERE, str(number)) for number in range(5)]
    assert waits == pytest.approx([0, 100, 200, 300, 400], abs=1)


async def test_a_turn_is_the_results_whichever_process_asks_for_it(
    redis: Redis, other_redis: Redis
) -> None:
    one, other = process(redis), process(other_redis)
    await one.turn(HERE, "one")
    await one.turn(HERE, "two")
    await SharedBudgets(redis).after(100)
    assert await other.turn(HERE, "three") > 0
    assert await other.turn(HERE, "two") == 0


async def test_a_refusal_is_heeded_by_the_other_process(redis: Redis, other_redis: Redis) -> None:
    one, other = process(redis, Rate()), process(other_redis, Rate())
    await one.refused(HERE, 30)
    assert await other.turn(HERE, "one") == pytest.approx(30, abs=1)
    assert await other.turn(THERE, "two") == 0
    await one.refused_everywhere(60)
    assert await other.turn(THERE, "three") == pytest.approx(60, abs=1)


async def test_bots_do_not_share_a_budget(redis: Redis) -> None:
    for bot in ("telegram", "another"):
        assert await process(redis, bot=bot).turn(HERE, "one") == 0
    await process(redis).refused_everywhere(60)
    assert await process(redis, bot="another").turn(THERE, "two") == 0


async def test_of_many_that_ask_at_once_only_as_many_go_as_may(
    redis: Redis, other_redis: Redis
) -> None:
    rate = Rate(every_s=100.0, burst=5, kept=2)
    processes = [process(redis, rate), process(other_redis, rate)]
    shown = await asyncio.gather(
        *(processes[number % 2].spare(HERE, str(number)) for number in range(20))
    )
    assert sum(shown) == 3


async def test_what_is_kept_expires_when_the_place_has_rested(redis: Redis) -> None:
    budget = SharedBudget(redis, "telegram", lambda _: SLOW, overall=Rate(every_s=10.0))
    await budget.turn(HERE, "one")
    keys = (FLOOD + f"telegram|{HERE}", FLOOD + "telegram|*")
    assert [await redis.pttl(key) for key in keys] == pytest.approx([100e3, 10e3], abs=1000)


async def test_what_has_no_limit_leaves_nothing_behind(redis: Redis) -> None:
    budget = process(redis, Rate())
    await budget.turn(HERE, "one")
    await budget.spare(HERE, "two")
    assert await redis.keys(FLOOD + "*") == []


async def test_a_lost_reply_costs_a_call_at_most(valkey: ValkeyProcess, redis: Redis) -> None:
    proxy = LossyProxy(valkey.url)
    async with proxy.running(), connect(proxy.url) as lossy:
        budget = process(lossy, Rate(every_s=100.0, burst=3))
        await budget.turn(THERE, "to load the functions")
        proxy.lose_reply_to("flood_turn")
        assert await budget.turn(HERE, "one") == 0
    assert proxy.lost == 1
    waits = [await process(redis, Rate(every_s=100.0, burst=3)).turn(HERE, "two") for _ in range(2)]
    assert waits == pytest.approx([0, 100], abs=1)


async def test_what_the_platform_refuses_one_process_no_other_asks_for(
    house: House, redis: Redis, other_redis: Redis
) -> None:
    one, other = (
        Lanes(house.chat, process(client, Rate()), house.services.metrics)
        for client in (redis, other_redis)
    )
    house.chat.faults["post"].append(Fault.BUSY)
    for lanes in (one, other):
        with pytest.raises(ChatBusy):
            await lanes.post(HERE, JobId("job"), Message(text="a line"), replaces=None)
    assert house.chat.posts == []


asks = st.tuples(
    st.sampled_from(["turn", "turn", "spare", "spare", "spare", "refused", "refused_everywhere"]),
    st.sampled_from([HERE, THERE]),
    st.sampled_from(["one", "two", "three"]),
    st.sampled_from([0, 0, 1, 4]),
)
rates = st.builds(
    Rate, every_s=st.sampled_from([0, 2, 4]), burst=st.integers(1, 4), kept=st.integers(0, 2)
)


@given(rates, rates, st.lists(asks, max_size=60))
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_the_server_decides_as_one_process_does(
    redis: Redis, rate: Rate, overall: Rate, asked: list[tuple[str, PlaceId, str, int]]
) -> None:
    await redis.flushdb()
    local, shared = LocalBudgets(), SharedBudgets(redis)
    alone = local.held_to(rate, overall=overall)
    together = shared.held_to(rate, overall=overall)
    for kind, place, key, later_s in asked:
        await local.after(later_s)
        await shared.after(later_s)
        expected = await answer(alone, kind, place, key)
        assert await answer(together, kind, place, key) == pytest.approx(expected, abs=0.5)


async def answer(budget: CallBudget, kind: str, place: PlaceId, key: str) -> float:
    match kind:
        case "turn":
            return await budget.turn(place, key)
        case "spare":
            return await budget.spare(place, key)
        case "refused":
            await budget.refused(place, 10)
        case _:
            await budget.refused_everywhere(10)
    return 0.0


@pytest.fixture
def mortal(tmp_path: Path) -> Generator[ValkeyProcess]:
    server = ValkeyProcess(tmp_path)
    server.start()
    yield server
    server.kill()


async def test_without_redis_a_process_has_a_budget_of_its_own(mortal: ValkeyProcess) -> None:
    async with connect(mortal.url) as client:
        budget = process(client)
        assert await budget.turn(HERE, "one") == 0
        mortal.kill()
        began = time.monotonic()
        assert await budget.turn(HERE, "two") == 0
        assert await budget.turn(HERE, "three") == pytest.approx(100, abs=AT_ONCE_S)
        assert not await budget.spare(HERE, "four")
        await budget.refused(THERE, 30)
        assert await budget.turn(THERE, "five") == pytest.approx(30, abs=AT_ONCE_S)
        assert time.monotonic() - began < AT_ONCE_S


async def test_a_process_keeps_what_was_refused_when_redis_goes(mortal: ValkeyProcess) -> None:
    async with connect(mortal.url) as client:
        budget = process(client)
        await budget.refused(HERE, 30)
        await budget.refused_everywhere(20)
        mortal.kill()
        assert await budget.turn(HERE, "one") == pytest.approx(30, abs=AT_ONCE_S)
        assert await budget.turn(THERE, "two") == pytest.approx(20, abs=AT_ONCE_S)


async def test_when_redis_is_back_the_budget_is_shared_again_with_what_was_refused_meanwhile(
    mortal: ValkeyProcess,
) -> None:
    async with connect(mortal.url) as client, connect(mortal.url) as other_client:
        budget, other = process(client), process(other_client)
        await budget.turn(HERE, "one")
        mortal.kill()
        await budget.refused(THERE, 300)
        mortal.start()

        async def it_is_shared() -> bool:
            await budget.spare(HERE, "two")
            return await client.exists(FLOOD + f"telegram|{THERE}") == 1

        assert await wait_until(it_is_shared, within_s=SOON_S)
        assert await other.turn(THERE, "three") == pytest.approx(300, abs=SOON_S)


async def test_a_server_that_does_not_answer_holds_nobody_up(valkey: ValkeyProcess) -> None:
    proxy = LossyProxy(valkey.url)
    async with proxy.running(), connect(proxy.url) as client:
        budget = process(client)
        await budget.turn(THERE, "one")
        proxy.weather = lambda _: Passage.KEPT_BACK
        began = time.monotonic()
        waits = await asyncio.gather(*(budget.turn(HERE, str(number)) for number in range(3)))
        assert sorted(waits) == pytest.approx([0, 100, 200], abs=AT_ONCE_S)
        assert time.monotonic() - began < AT_ONCE_S
