"""Choosing among all that is shipped, where a worker makes all of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.jobs.catalogue import Offer
from engine.jobs.presence import Presence
from tests.fakes.discord import Channel, Message, Person
from tests.flow.at_work import SELFIE, WORKER
from tests.flow.discord.discord_house import DiscordHouse
from tests.flow.discord.discord_people import suggested
from tests.shipped_cards import SHIPPED

MORE = "More…"
TITLES = sorted(card.title["en"] for card in SHIPPED)
FOR_A_PHOTO = sorted(card.title["en"] for card in SHIPPED if card.photos and not card.any_words)


@pytest.fixture(autouse=True)
async def everything(house: DiscordHouse) -> None:
    """Have the worker offer all of it, without pictures."""
    presence = Presence(house.services.redis)
    await presence.announce(WORKER, Offer(effects=SHIPPED), timedelta(minutes=5))


async def pages_of(house: DiscordHouse, ann: Person, shown: Message) -> list[list[str]]:
    """Turn through all pages; gives what can be picked or pressed on each."""

    def page() -> list[str]:
        return [label for label in (*shown.options, *shown.labels) if label != MORE]

    pages = [first := page()]
    while True:
        before = page()
        await house.discord.press(ann, shown, MORE)
        await house.until(lambda before=before: page() != before)
        if page() == first:
            return pages
        pages.append(page())


async def test_the_gallery_is_turned_through_to_its_end(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    opened = await house.discord.slash(ann, room, "effects")
    shown = await house.confided(opened, "What I can make")
    pages = await pages_of(house, ann, shown)
    assert sorted(label for page in pages for label in page) == [f"Use {it}" for it in TITLES]


async def test_a_photo_is_offered_all_effects_in_lists(house: DiscordHouse, ann: Person) -> None:
    private = house.discord.dm(ann)
    private.send(ann, files=[SELFIE])
    shown = await house.until(lambda: next((it for it in private.from_bot if it.options), None))
    pages = await pages_of(house, ann, shown)
    assert sorted(label for page in pages for label in page) == FOR_A_PHOTO


async def test_effects_that_are_not_suggested_at_first_are_found_by_typing(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    assert len(await suggested(house, ann, room, "effect", effect="")) == 25
    for card in SHIPPED:
        title = card.title["en"]
        found = await suggested(house, ann, room, "effect", effect=title)
        assert any(it.startswith(f"{title} · ") for it in found), title
