from __future__ import annotations

from pathlib import Path

import pytest

from bots.telegram_bot.menu import ADMIN, GROUP, PRIVATE, announce
from bots.texts.languages import LANGUAGES
from bots.texts.menu import command_descriptions, long_description, short_description
from bots.texts.texts import Texts
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.errors import internal
from tests.fakes.telegram.limits import (
    BOT_DESCRIPTION,
    BOT_SHORT_DESCRIPTION,
    COMMAND_DESCRIPTION,
    COMMANDS,
)
from tests.house import House
from tests.unit.bots.telegram_bot.ear import Ear
from tests.unit.bots.telegram_bot.telegram_desk import a_desk

SHOWN = {*PRIVATE, *GROUP, *ADMIN}
NOT_SHOWN = {"start", "info"}
"""Everybody's program knows the one, and /help tells of the other."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_fits_in_every_language(language: str) -> None:
    said = command_descriptions(Texts.of(language))
    assert set(said) == SHOWN
    for name, description in said.items():
        assert 1 <= len(name) <= 32
        assert name.isascii()
        assert name.islower()
        assert 1 <= len(description) <= COMMAND_DESCRIPTION


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_descriptions_fit_in_every_language(language: str) -> None:
    assert 1 <= len(long_description(Texts.of(language))) <= BOT_DESCRIPTION
    assert 1 <= len(short_description(Texts.of(language))) <= BOT_SHORT_DESCRIPTION


@pytest.mark.parametrize("names", [PRIVATE, GROUP, ADMIN])
def test_no_menu_is_too_long_or_has_a_command_twice(names: tuple[str, ...]) -> None:
    assert len(set(names)) == len(names) <= COMMANDS


def test_what_is_shown_is_obeyed_and_what_is_obeyed_is_shown(
    house: House, ear: Ear, tmp_path: Path
) -> None:
    obeyed = set(a_desk(house, ear, tmp_path).commands._commands())
    assert obeyed == SHOWN | NOT_SHOWN


async def test_everybody_is_shown_what_they_can_say_where_they_are(served: FakeTelegram) -> None:
    ann, mei = served.person("Ann"), served.person("Mei", language="zh-hans")
    group = served.group("Friends", members=[mei], admins=[ann])
    async with Ear.to(served).bot as bot:
        await announce(bot)
        await announce(bot)
    for person in (ann, mei):
        assert served.commands(person, served.private(person)) == list(PRIVATE)
    assert served.commands(ann, group) == list(ADMIN)
    assert served.commands(mei, group) == list(GROUP)


async def test_a_menu_that_cannot_be_shown_stops_nothing(
    served: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    async with Ear.to(served).bot as bot:
        served.fail("setMyCommands", error=internal())
        await announce(bot)
    assert "the bot's commands are not shown yet" in caplog.text
