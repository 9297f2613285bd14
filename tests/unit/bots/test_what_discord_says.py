"""What is said on Discord: names and descriptions that it takes, and how much somebody may."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from bots.accounts import Allowance
from bots.texts.discord_menu import discord_commands, discord_names
from bots.texts.languages import LANGUAGES, SOURCE
from bots.texts.talk import Talk
from bots.texts.texts import Texts

NAME, DESCRIPTION, BUTTON, PLACEHOLDER, MESSAGE = 32, 100, 80, 150, 2000
MENUS = {"Apply effect to photo", "Apply effect to avatar"}
COMMAND_NAME = re.compile(r"[-_\w]{1,32}")
USED = Allowance(
    made=3, daily_limit=50, renews_in_s=None, waiting=1, max_waiting=5, job_class="free"
)
USED_UP = Allowance(
    made=1, daily_limit=1, renews_in_s=900, waiting=0, max_waiting=5, job_class="paid"
)
OWNERS = Allowance(
    made=1, daily_limit=None, renews_in_s=None, waiting=0, max_waiting=5, job_class="free"
)


@pytest.fixture(params=LANGUAGES)
def texts(request: pytest.FixtureRequest) -> Texts:
    return Texts.of(request.param)


def test_every_command_and_option_is_described_and_named(texts: Texts) -> None:
    assert set(discord_names(texts)) == set(discord_commands(texts)) | MENUS


def test_every_description_fits(texts: Texts) -> None:
    for name, said in discord_commands(texts).items():
        assert 1 <= len(said) <= DESCRIPTION, name


def test_every_name_is_one_that_discord_takes(texts: Texts) -> None:
    for name, said in discord_names(texts).items():
        if name in MENUS:
            assert 1 <= len(said) <= NAME
        else:
            assert COMMAND_NAME.fullmatch(said)
            assert said == said.lower()


def test_no_two_commands_and_no_two_options_of_one_have_the_same_name(texts: Texts) -> None:
    named = Counter((name.rpartition(".")[0], said) for name, said in discord_names(texts).items())
    assert set(named.values()) == {1}


def test_in_english_a_name_is_what_it_is_called_by() -> None:
    for name, said in discord_names(Texts.of(SOURCE)).items():
        assert said == name.rpartition(".")[2]


def test_in_other_languages_everything_has_another_name() -> None:
    for language in set(LANGUAGES) - {SOURCE}:
        names = discord_names(Texts.of(language))
        assert not set(names.values()) & set(discord_names(Texts.of(SOURCE)).values())


def test_the_menus_are_called_in_the_help_as_they_are_called(texts: Texts) -> None:
    said = Talk(texts).help_discord()
    names = discord_names(texts)
    assert all(f"“{names[menu]}”" in said for menu in MENUS)
    assert len(said) <= MESSAGE


def test_every_command_that_the_help_speaks_of_is_there(texts: Texts) -> None:
    said = set(re.findall(r"/(\w+)", Talk(texts).help_discord()))
    assert said <= set(discord_commands(texts))


def test_the_labels_of_the_settings_fit(texts: Texts) -> None:
    talk = Talk(texts)
    choices = (
        talk.settings_rooms(),
        talk.settings_roles(),
        talk.settings_effects(),
        talk.settings_daily(),
        talk.settings_quiet(),
    )
    buttons = (talk.settings_spoiler(True), talk.settings_spoiler(False))
    assert all(0 < len(label) <= PLACEHOLDER for label in choices)
    assert all(0 < len(label) <= BUTTON for label in buttons)
    assert len({*choices, *buttons}) == len(choices) + len(buttons)


def test_somebody_is_told_what_they_have_used_in_plain_words() -> None:
    talk = Talk(Texts.of("en"))
    assert talk.info(USED, 4).splitlines() == [
        "Today: 3 of 50 clips; on their way: 1 of 5.",
        "Your clips are made in the free class.",
        "4 effects can be made right now.",
    ]
    assert talk.info(USED_UP, 1).splitlines() == [
        "Today: 1 of 1 clip; on their way: 0 of 5.",
        "The next one is due in about 15 min.",
        "Your clips are made in the paid class.",
        "1 effect can be made right now.",
    ]


def test_an_owner_is_told_of_no_limit_and_whoever_asks_that_nobody_works() -> None:
    talk = Talk(Texts.of("en"))
    assert talk.info(OWNERS, 0).splitlines() == [
        "Today: 1 clip; on their way: 0 of 5.",
        "Your clips are made in the free class.",
        talk.no_effects(),
    ]


def test_sharing_an_avatar_and_no_more_are_said_apart(texts: Texts) -> None:
    talk = Talk(texts)
    assert talk.shared_avatar(True) != talk.shared_avatar(False)
    assert "/optin" in talk.shared_avatar(True)
