"""Albums, and effects that lead through as many photos as they take."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.jobs.catalogue import Offer
from engine.jobs.presence import Presence
from tests.effect_cards import JOURNEY, ROBOT
from tests.fakes.telegram import Chat, Person
from tests.flow.at_work import SELFIE, WORKER
from tests.flow.telegram.telegram_house import TelegramHouse


@pytest.fixture(autouse=True)
async def journeys(house: TelegramHouse) -> None:
    """Have a worker offer them."""
    presence = Presence(house.services.redis)
    await presence.announce(WORKER, Offer(effects=(ROBOT, JOURNEY)), timedelta(minutes=5))


def send_album(chat: Chat, who: Person, photos: int, words: str = "") -> None:
    for number in range(photos):
        chat.send_photo(who, SELFIE, caption=words if number == 0 else "", album="a")


async def test_an_album_of_five_becomes_a_journey_through_all_of_it(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    send_album(chat, ann, 5)
    offered = await house.said(chat, "5 photos. Pick an effect")
    await house.telegram.press(ann, offered, "Journey")
    assert len((await house.make()).job.photos) == 5
    await house.clip(chat)
    assert len(chat.from_bot) == 1


async def test_of_an_album_of_ten_the_first_seven_are_used(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    send_album(chat, ann, 10)
    offered = await house.said(chat, "10 photos. I can work with the first 7 of them.")
    await house.telegram.press(ann, offered, "Journey")
    assert len((await house.make()).job.photos) == 7


async def test_words_under_an_album_keep_their_lines(
    house: TelegramHouse, chat: Chat, ann: Person
) -> None:
    send_album(chat, ann, 2, words="a journey through my photos\nby boat\nby train")
    job = (await house.make()).job
    assert (job.effect, len(job.photos)) == ("journey", 2)
    assert job.prompt.splitlines()[1:] == ["by boat", "by train"]
