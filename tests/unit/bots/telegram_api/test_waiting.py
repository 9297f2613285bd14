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

from bots.telegram_api import waiting
from bots.telegram_api.waiting import heard


class Pauses:
    """Stands in for the clock, and tells how long one would have waited."""

    def __init__(self) -> None:
        self.s: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.s.append(seconds)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Pauses:
    pauses = Pauses()
    monkeypatch.setattr(waiting, "asyncio", pauses)
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
