"""What the bot says fits where Telegram shows it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bots.accounts import Allowance
from bots.texts.languages import LANGUAGES
from bots.texts.made_talk import MadeTalk
from bots.texts.rules_talk import RulesTalk
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.job import JobId, JobState
from engine.jobs.refusal import Refusal, RefusalCode
from tests.fakes.telegram.limits import CALLBACK_ANSWER, TEXT, length
from tests.job_samples import FILMED, SAMPLE, receipt, success
from tests.unit.bots.test_texts import FIGURES

LONGEST_SEED = 2**63 - 1
JOB = JobId("0123456789abcdef" * 2)
BY_A_MODEL = receipt(
    look=None,
    model=replace(FILMED, title="Wan 2.1 photo to video, 14B"),
    effect_version="99999.9.9",
)
LABEL = 64
GIVEN: dict[str, object] = {
    "bot": "x" * 32,
    "photos": 10,
    "most": 7,
    "first": "T" * 64,
    "last": "T" * 64,
    "number": 999,
    "title": "T" * 64,
    "clips": 10,
    "photos_h": 720,
    "clips_days": 365,
    "journal_days": 365,
    "name": "x" * 64,
    "person": "telegram:" + "9" * 16,
    "address": "https://t.me/c/" + "9" * 13 + "/" + "9" * 10,
    "words": "w" * 3500,
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
    rules = RulesTalk(Texts.of(language))
    windows = (talk.language_chosen(), talk.forgotten(), rules.admins_change())
    assert all(length(window) <= CALLBACK_ANSWER for window in windows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_a_clip_was_made_is_told_as_fully_as_a_window_lets_it(language: str) -> None:
    talk, done = MadeTalk(Texts.of(language)), success(SAMPLE)
    clip = replace(done.clip, width=1920, height=1080, seconds=59.9)
    done = replace(done, clip=clip, seed=LONGEST_SEED, took_s=1e5, by=str(GIVEN["by"]))
    usual = talk.details("Squish", JOB, done, BY_A_MODEL, CALLBACK_ANSWER)
    assert length(usual) <= CALLBACK_ANSWER
    assert "squish_18" in usual
    longest = talk.details("🤖" * 32, JOB, done, BY_A_MODEL, CALLBACK_ANSWER)
    assert length(longest) <= CALLBACK_ANSWER
    assert (JOB in longest, str(LONGEST_SEED) in longest) == (True, True)
    unnoted = talk.details("Squish", JOB, done, None, CALLBACK_ANSWER)
    assert str(GIVEN["by"]) in unnoted


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_a_press_does_nothing_is_said_whole_in_a_window(language: str) -> None:
    texts = Texts.of(language)
    said = {code: texts.refused(Refusal(code, FIGURES.get(code, {}))) for code in RefusalCode}
    assert {code: it for code, it in said.items() if length(it) > CALLBACK_ANSWER} == {}
