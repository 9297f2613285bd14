from __future__ import annotations

import pytest
from telegram.error import (
    BadRequest,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from bots import persistence
from bots.telegram_api.waiting import heard
from tests.unit.bots.stopwatch import Pauses


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Pauses:
    pauses = Pauses()
    monkeypatch.setattr(persistence, "asyncio", pauses)
    return pauses


async def test_a_call_is_made_until_telegram_answers_less_and_less_often(pauses: Pauses) -> None:
    away: list[TelegramError] = [NetworkError("away"), TimedOut()] * 4

    async def call() -> str:
        if away:
            raise away.pop()
        return "hello"

    assert await heard(call) == "hello"
    assert pauses.s == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


@pytest.mark.parametrize("error", [InvalidToken(), BadRequest("no"), Forbidden("no")])
async def test_a_no_is_an_answer(pauses: Pauses, error: TelegramError) -> None:
    async def call() -> None:
        raise error

    with pytest.raises(type(error)):
        await heard(call)
    assert pauses.s == []
