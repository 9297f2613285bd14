"""Choosing among all that is shipped, where a worker makes all of it."""

from __future__ import annotations

from datetime import timedelta

from engine.jobs.catalogue import Offer
from engine.jobs.presence import Presence
from tests.fakes.telegram import Chat, FakeTelegram, Message, Person
from tests.flow.at_work import SELFIE, WORKER
from tests.flow.telegram.telegram_house import TelegramHouse
from tests.shipped_cards import SHIPPED

MORE = "More…"
MOST = 13
"""Buttons that still can be overlooked on a telephone."""
FOR_A_PHOTO = sorted(card.title["en"] for card in SHIPPED if card.photos and not card.any_words)


async def turned(house: TelegramHouse, ann: Person, offered: Message) -> list[str]:
    """Turn to the next page; gives what is on it."""
    before = offered.labels
    await house.rest()
    await house.telegram.press(ann, offered, MORE)
    await house.telegram.until(lambda: offered.labels != before)
    return offered.labels


async def test_every_effect_of_a_photo_is_on_one_of_the_pages(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    presence = Presence(house.services.redis)
    await presence.announce(WORKER, Offer(effects=SHIPPED), timedelta(minutes=5))
    chat.send_photo(ann, SELFIE)
    offered = await house.answer(chat, lambda message: MORE in message.labels)
    pages = [first := offered.labels]
    while (page := await turned(house, ann, offered)) != first:
        pages.append(page)
    assert all(len(page) <= MOST for page in pages)
    assert sorted(label for page in pages for label in page if label != MORE) == FOR_A_PHOTO


async def test_an_effect_of_the_last_page_is_made(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    presence = Presence(house.services.redis)
    await presence.announce(WORKER, Offer(effects=SHIPPED), timedelta(minutes=5))
    chat.send_photo(ann, SELFIE)
    offered = await house.answer(chat, lambda message: MORE in message.labels)
    while "Tornado" not in offered.labels:
        await turned(house, ann, offered)
    await house.telegram.press(ann, offered, "Tornado")
    (tornado,) = (card for card in SHIPPED if card.id == "tornado")
    claim = await house.claim(*(variant.needs for variant in tornado.variants))
    assert claim.job.effect == "tornado"


async def test_what_only_words_can_be_made_of_is_not_offered_where_there_is_no_room_for_words(
    house: TelegramHouse, telegram: FakeTelegram, chat: Chat, ann: Person
) -> None:
    presence = Presence(house.services.redis)
    await presence.announce(WORKER, Offer(effects=SHIPPED), timedelta(minutes=5))
    chat.send_photo(ann, SELFIE)
    await house.answer(chat, lambda message: MORE in message.labels)
    for words, offered in (("bring to life", []), ("tornado", ["Tornado"])):
        answer = await telegram.inline_query(ann, words)
        assert [result.title for result in answer.results] == offered
