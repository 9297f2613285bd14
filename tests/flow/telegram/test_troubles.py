"""What goes wrong on the way, and that nobody loses a clip over it or gets one twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

from redis.asyncio import Redis

from tests.fakes.faults import LOST
from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.fakes.telegram.errors import too_many
from tests.flow.at_work import SELFIE
from tests.flow.telegram.telegram_house import TelegramHouse, a_telegram_house
from tests.valkey import ValkeyProcess


def videos(chat: Chat) -> int:
    return sum(it.video is not None for it in chat.from_bot)


async def test_the_bot_restarts_while_a_clip_renders(
    telegram: FakeTelegram, tmp_path: Path, valkey: ValkeyProcess, redis: Redis
) -> None:
    ann = telegram.person("Ann")
    chat = telegram.private(ann)
    async with a_telegram_house(tmp_path, valkey.url, telegram) as house:
        chat.send_photo(ann, SELFIE, caption="robot")
        claim = await house.claim()
        waiting = await house.answer(chat, lambda it: "Cancel" in it.labels)
    async with a_telegram_house(tmp_path, valkey.url, telegram) as house:
        await house.finish(claim)
        assert await house.clip(chat) is waiting
    assert videos(chat) == 1


async def test_what_is_said_while_the_bot_is_away_is_heard_when_it_is_back(
    telegram: FakeTelegram, tmp_path: Path, valkey: ValkeyProcess, redis: Redis
) -> None:
    ann = telegram.person("Ann")
    chat = telegram.private(ann)
    chat.send_photo(ann, SELFIE, caption="robot")
    async with a_telegram_house(tmp_path, valkey.url, telegram) as house:
        await house.make()
        await house.clip(chat)


async def test_an_update_that_comes_again_is_done_once(
    telegram: FakeTelegram, tmp_path: Path, valkey: ValkeyProcess, redis: Redis
) -> None:
    """The bot stops after it took updates and before Telegram heard so."""
    ann = telegram.person("Ann")
    chat = telegram.private(ann)
    async with a_telegram_house(tmp_path, valkey.url, telegram) as house:
        await telegram.until(lambda: telegram.calls("getUpdates"))
        gate = telegram.hold("getUpdates")
        chat.send_photo(ann, SELFIE, caption="robot")
        await house.make()
        await house.clip(chat)
        await telegram.until(lambda: gate.waiting)
    async with a_telegram_house(tmp_path, valkey.url, telegram) as house:
        chat.write(ann, "/terms")
        await house.said(chat, "Send only photos of yourself")
        gate.open()
    assert videos(chat) == 1
    assert len(chat.from_bot) == 2


async def test_the_answer_to_an_upload_is_lost(
    house: TelegramHouse, telegram: FakeTelegram, chat: Chat, ann: Person
) -> None:
    chat.send_photo(ann, SELFIE, caption="robot")
    claim = await house.claim()
    await house.answer(chat, lambda it: "Cancel" in it.labels)
    telegram.fail("editMessageMedia", error=LOST, after=True)
    await house.finish(claim)
    await house.clip(chat)
    await telegram.until(lambda: len(telegram.calls("editMessageMedia")) == 2, within_s=60)
    assert videos(chat) == 1
    assert len(chat.from_bot) == 1


async def test_telegram_wants_the_bot_to_wait(
    house: TelegramHouse, telegram: FakeTelegram, chat: Chat, ann: Person, bob: Person
) -> None:
    bobs = telegram.private(bob)
    for person, place in ((ann, chat), (bob, bobs)):
        place.send_photo(person, SELFIE, caption="robot")
        await house.answer(place, lambda it: "Cancel" in it.labels)
    first, second = await house.claim(), await house.claim()
    telegram.fail("editMessageMedia", error=too_many(4))
    await house.finish(first)
    await telegram.until(lambda: telegram.calls("editMessageMedia"))
    await house.finish(second)
    await house.clip(bobs if first.job.person.endswith(str(ann.id)) else chat)
    await house.clip(chat)
    await house.clip(bobs)
    assert videos(chat) == videos(bobs) == 1


async def test_telegram_refuses_everything_for_a_while(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person, bob: Person
) -> None:
    places = {person: telegram.private(person) for person in (ann, bob, telegram.person("Cem"))}
    for person, place in places.items():
        place.send_photo(person, SELFIE, caption="robot")
        await house.answer(place, lambda it: "Cancel" in it.labels)
    telegram.fail("*", error=too_many(3), times=6)
    for _ in places:
        await house.make()
    for place in places.values():
        await house.clip(place)
    assert [videos(place) for place in places.values()] == [1, 1, 1]
    assert [len(place.from_bot) for place in places.values()] == [1, 1, 1]


async def test_telegram_limits_the_bot_and_nothing_is_lost(
    telegram: FakeTelegram, tmp_path: Path, valkey: ValkeyProcess, redis: Redis
) -> None:
    telegram.limit()
    people = [telegram.person(f"P{number}") for number in range(12)]
    group = telegram.group("Friends", members=people)
    photo = group.send_photo(people[0], SELFIE)
    async with a_telegram_house(tmp_path, valkey.url, telegram, max_place_running=20) as house:
        for person in people[:4]:
            group.write(person, "/effect robot", reply_to=photo)
        for _ in range(4):
            await house.make()
        await telegram.until(lambda: videos(group) == 4, within_s=120)
    assert not [call for call in telegram.requests if call.error and call.error.code == 429]


async def test_the_person_deletes_the_placeholder(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    chat.send_photo(ann, SELFIE, caption="robot")
    waiting = await house.answer(chat, lambda it: "Cancel" in it.labels)
    chat.delete(waiting, by=ann)
    await house.make()
    await house.clip(chat)
    assert videos(chat) == 1


async def test_whoever_blocks_the_bot_finds_the_clip_later(
    house: TelegramHouse, telegram: FakeTelegram, chat: Chat, ann: Person
) -> None:
    chat.send_photo(ann, SELFIE, caption="robot")
    claim = await house.claim()
    await house.answer(chat, lambda it: "Cancel" in it.labels)
    telegram.forbid(chat)
    await house.finish(claim)

    async def is_given_up() -> None:
        while True:
            request = await house.services.journal.get(claim.job.id)
            if request is not None and request.undeliverable:
                return
            await asyncio.sleep(0.05)

    await asyncio.wait_for(is_given_up(), 30)
    telegram.allow(chat)
    chat.write(ann, "/jobs")
    listed = await house.said(chat, "Your last clips")
    await telegram.press(ann, listed, "Show Robot")
    await house.clip(chat)


async def test_an_update_from_a_later_telegram_disturbs_nothing(
    house: TelegramHouse, telegram: FakeTelegram, chat: Chat, ann: Person
) -> None:
    telegram.world.updates.put("message", {"message_id": 1, "new_thing": [1, 2]})
    telegram.world.updates.put("guest_message", {"odd": {"very": True}})
    chat.write(ann, "/help")
    await house.said(chat, "Send a photo and pick an effect")
