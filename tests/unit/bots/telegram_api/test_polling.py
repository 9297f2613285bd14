from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bots.desk.events import Said
from bots.reception import Reception
from bots.store.database import Database
from bots.store.inbox import Inbox
from bots.telegram_api import polling
from bots.telegram_api.polling import poll
from bots.telegram_bot.events import Event
from bots.telegram_bot.reading import UPDATES
from tests.fakes.faults import LOST, Lost
from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.fakes.telegram.errors import ApiError, conflict, internal, too_many, unauthorized
from tests.house import at_work
from tests.unit.bots.stopwatch import Pauses
from tests.unit.bots.telegram_bot.ear import Ear
from tests.unit.bots.telegram_bot.hands import locked

PAUSES = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Pauses:
    pauses = Pauses()
    monkeypatch.setattr(polling, "asyncio", pauses)
    return pauses


@pytest.fixture
def telegram(served: FakeTelegram) -> FakeTelegram:
    return served


class Heard:
    """Takes what was said."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def handle(self, events: Sequence[Event]) -> int:
        self.texts += [event.text for event in events if isinstance(event, Said)]
        return len(events)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@asynccontextmanager
async def polled(served: FakeTelegram, inbox: Inbox, heard: Heard) -> AsyncGenerator[None]:
    ear = Ear.to(served)
    reception = Reception(
        bot="telegram",
        inbox=inbox,
        reader=ear.reader,
        handle=heard.handle,
        now=lambda: datetime.now(UTC),
    )
    async with ear.bot as bot, at_work(poll(bot, reception.take, UPDATES)):
        yield
    await reception.idle()


async def test_updates_are_taken_in_order_and_confirmed(
    served: FakeTelegram, inbox: Inbox, heard: Heard, chat: Chat, ann: Person
) -> None:
    for number in range(120):
        chat.write(ann, str(number))
    async with polled(served, inbox, heard):
        await served.until(lambda: len(heard.texts) == 120)
        await served.until(lambda: not served.world.updates.pending)
    assert heard.texts == [str(number) for number in range(120)]
    assert set(served.world.updates.told.values()) == {1}


async def test_only_what_we_understand_is_asked_for(
    served: FakeTelegram, inbox: Inbox, heard: Heard
) -> None:
    async with polled(served, inbox, heard):
        await served.until(lambda: served.calls("getUpdates"))
    assert served.world.updates.allowed == {
        "message",
        "callback_query",
        "inline_query",
        "chosen_inline_result",
        "my_chat_member",
        "guest_message",
    }


async def test_what_could_not_be_taken_is_not_confirmed_and_asked_for_again(
    served: FakeTelegram, tmp_path: Path, heard: Heard, chat: Chat, ann: Person, pauses: Pauses
) -> None:
    file = tmp_path / "locked.db"
    database = Database.at(f"sqlite:///{file}?timeout=0.05")
    await database.migrate()
    chat.write(ann, "hello")
    (update,) = served.world.updates.pending
    with locked(file):
        async with polled(served, Inbox(database), heard):
            await served.until(lambda: served.world.updates.told.get(update["update_id"], 0) >= 3)
    assert served.world.updates.pending == [update]
    async with polled(served, Inbox(database), heard):
        await served.until(lambda: not served.world.updates.pending)
    assert heard.texts == ["hello"]
    await database.close()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            conflict("terminated by other getUpdates request"),
            "another program asks for this bot's updates",
        ),
        (unauthorized(), "Telegram does not know the bot's token any more"),
        (internal(), "Telegram does not answer (Internal Server Error)"),
        (LOST, "Telegram does not answer ("),
    ],
    ids=["conflict", "unauthorized", "internal", "lost"],
)
async def test_what_goes_wrong_is_said_and_waited_out_longer_and_longer(
    served: FakeTelegram,
    inbox: Inbox,
    heard: Heard,
    chat: Chat,
    ann: Person,
    pauses: Pauses,
    caplog: pytest.LogCaptureFixture,
    error: ApiError | Lost,
    said: str,
) -> None:
    served.fail("getUpdates", error=error, times=8)
    chat.write(ann, "hello")
    async with polled(served, inbox, heard):
        await served.until(lambda: heard.texts)
        served.fail("getUpdates", error=error)
        chat.write(ann, "again")
        await served.until(lambda: len(pauses.s) > 8)
    assert pauses.s[:9] == [*PAUSES, 0.5]
    warnings = [it.getMessage() for it in caplog.records if it.name == polling.log.name]
    assert len(warnings) == 9
    assert all(said in warning for warning in warnings)


async def test_telegram_says_itself_how_long_to_wait(
    served: FakeTelegram, inbox: Inbox, heard: Heard, chat: Chat, ann: Person, pauses: Pauses
) -> None:
    served.fail("getUpdates", error=too_many(17))
    chat.write(ann, "hello")
    async with polled(served, inbox, heard):
        await served.until(lambda: heard.texts)
    assert pauses.s == [17.0]


async def test_the_longest_pause_lets_other_things_go_on(
    served: FakeTelegram, inbox: Inbox, heard: Heard
) -> None:
    served.fail("getUpdates", error=too_many(2000))
    async with polled(served, inbox, heard):
        await served.until(lambda: served.calls("getUpdates"))
        await asyncio.wait_for(asyncio.to_thread(int), 5)
