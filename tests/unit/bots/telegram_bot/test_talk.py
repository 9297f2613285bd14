"""What the bot says fits where Telegram shows it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest

from bots.accounts import Allowance
from bots.texts.languages import LANGUAGES
from bots.texts.rules_talk import RulesTalk
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.job import JobState
from engine.jobs.refusal import Refusal, RefusalCode
from tests.fakes.telegram.limits import CALLBACK_ANSWER, TEXT, length
from tests.unit.bots.test_texts import FIGURES

LONGEST_SEED = 2**63 - 1
LABEL = 64
GIVEN: dict[str, object] = {
    "bot": "x" * 32,
    "photos": 10,
    "title": "T" * 64,
    "clips": 10,
    "photos_h": 720,
    "clips_days": 365,
    "journal_days": 365,
    "name": "x" * 64,
    "person": "telegram:" + "9" * 16,
    "address": "https://t.me/c/" + "9" * 13 + "/" + "9" * 10,
    "words": "w" * 3500,
    "seed": LONGEST_SEED,
    "size": "1920×1080",
    "seconds": "100000",
    "state": JobState.SUCCEEDED,
    "is_on": True,
    "admins_only": True,
    "names": ["x" * 32] * 50,
    "hours": {"start": "22:00", "end": "07:00", "offset": "+14"},
    "limit": 9999,
    "mention": "<@" + "9" * 20 + ">",
    "effects": 0,
    "on": True,
    "by": "Wan 2.1 photo to video, 14B, 40 steps",
    "allowance": Allowance(
        made=9999,
        daily_limit=9999,
        renews_in_s=86400,
        waiting=99,
        max_waiting=99,
        job_class="paid",
    ),
}
LABELS = (
    "more_effects",
    "get_clip",
    "forget",
    "make_it",
    "make_your_own",
    "no_photo_yet",
    "settings_spoiler",
)


def sentences(talk: Talk | RulesTalk) -> Iterator[tuple[str, str]]:
    """Everything that can be said, with the longest of what it is said about."""
    for name in vars(type(talk)):
        if name.startswith("_") or name == "texts":
            continue
        method = getattr(talk, name)
        yield name, method(**{each: GIVEN[each] for each in inspect.signature(method).parameters})


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_fits_a_message(language: str) -> None:
    texts = Texts.of(language)
    for talk in (Talk(texts), RulesTalk(texts)):
        for name, said in sentences(talk):
            assert 0 < length(said) <= TEXT, name
            assert "{" not in said, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_on_a_button_is_short(language: str) -> None:
    said = dict(sentences(Talk(Texts.of(language))))
    assert all(length(said[name]) <= LABEL + len(str(GIVEN["title"])) for name in LABELS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_press_shows_in_a_window_is_whole(language: str) -> None:
    talk = Talk(Texts.of(language))
    details = talk.details(
        str(GIVEN["title"]), LONGEST_SEED, "1920×1080", "100000", str(GIVEN["by"])
    )
    assert length(details) <= CALLBACK_ANSWER
    rules = RulesTalk(Texts.of(language))
    windows = (talk.language_chosen(), talk.forgotten(), rules.admins_change())
    assert all(length(window) <= CALLBACK_ANSWER for window in windows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_a_press_does_nothing_is_said_whole_in_a_window(language: str) -> None:
    texts = Texts.of(language)
    said = {code: texts.refused(Refusal(code, FIGURES.get(code, {}))) for code in RefusalCode}
    assert {code: it for code, it in said.items() if length(it) > CALLBACK_ANSWER} == {}
