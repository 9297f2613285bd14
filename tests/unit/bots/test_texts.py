"""Texts: every sentence in every language, and none of them out of step with the code."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from babel.messages import Catalog
from babel.messages.pofile import read_po

from bots.chat import Action
from bots.texts.catalogues import TEMPLATE, extract, read_language, translations
from bots.texts.figures import ordinal, span
from bots.texts.languages import LANGUAGES, SOURCE, closest, negotiate
from bots.texts.texts import Texts
from engine.jobs.job import JobState, Standing
from engine.jobs.refusal import Refusal, RefusalCode

FIGURES: Mapping[RefusalCode, Mapping[str, str | int | float]] = {
    RefusalCode.PHOTO_TOO_MANY_BYTES: {"bytes": 40_000_000, "limit": 20_000_000},
    RefusalCode.PHOTO_TOO_MANY_PIXELS: {"width": 9000, "height": 9000, "limit": 50_000_000},
    RefusalCode.PHOTO_TOO_SMALL: {"width": 1, "height": 1, "limit": 128},
    RefusalCode.FACE_TOO_SMALL: {"pixels": 20, "needed": 48},
    RefusalCode.PROMPT_TOO_LONG: {"limit": 2000},
    RefusalCode.PHOTO_NEEDED: {"photos": 1},
    RefusalCode.NO_MODEL_FOR_PROMPT: {"nearest": "robot,symbiote", "photos": 0},
    RefusalCode.UNKNOWN_EFFECT: {"effect": "levitate"},
    RefusalCode.BAD_OPTION: {"option": "speed", "value": "9"},
    RefusalCode.NOT_ALLOWED: {"person": "telegram:4211"},
    RefusalCode.DAILY_LIMIT: {"limit": 20, "renews_in_s": 3 * 3600},
    RefusalCode.TOO_MANY_WAITING: {"limit": 5},
    RefusalCode.PLACE_FULL: {"limit": 50},
    RefusalCode.ASK_TOO_LARGE: {"limit": 65536},
    RefusalCode.PLACE_EFFECT_OFF: {"effect": "robot"},
    RefusalCode.PLACE_QUIET: {"until": "07:30"},
    RefusalCode.PLACE_DAILY: {"limit": 3},
    RefusalCode.PLACE_ROOM_OFF: {"rooms": ",".join(str(10**18 + n) for n in range(25))},
    RefusalCode.PLACE_PERMISSION: {"permission": "send_messages_in_threads"},
    RefusalCode.AVATAR_NOT_SHARED: {"name": "N" * 32},
}
PERMISSIONS = (
    "view_channel",
    "send_messages",
    "send_messages_in_threads",
    "attach_files",
    "read_message_history",
)
OTHERS = [language for language in LANGUAGES if language != SOURCE]


@pytest.fixture(params=LANGUAGES)
def texts(request: pytest.FixtureRequest) -> Texts:
    return Texts.of(request.param)


@pytest.fixture
def english() -> Texts:
    return Texts.of("en")


def slots(sentence: str) -> set[str]:
    return set(re.findall(r"{(\w*)}", sentence))


def forms(message: object) -> tuple[str, ...]:
    """Give a sentence's forms: one, or one for each plural."""
    return tuple(map(str, message)) if isinstance(message, list | tuple) else (str(message),)


def ids(catalogue: Catalog) -> set[tuple[str, ...]]:
    return {forms(message.id) for message in catalogue if message.id}


@pytest.mark.parametrize("code", RefusalCode)
def test_every_refusal_is_a_sentence_in_every_language(code: RefusalCode) -> None:
    said = {
        language: Texts.of(language).refused(Refusal(code, FIGURES.get(code, {})))
        for language in LANGUAGES
    }
    assert len(set(said.values())) == len(LANGUAGES)
    for sentence in said.values():
        assert sentence.endswith((".", "。"))
        assert "{" not in sentence


def test_every_refusal_tells_what_to_do(english: Texts) -> None:
    for code in RefusalCode:
        sentence = english.refused(Refusal(code, FIGURES.get(code, {})))
        assert len(re.findall(r"[.:;,] ", sentence)) >= 1, sentence
        assert len(sentence) < 220


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (
            Refusal(RefusalCode.DAILY_LIMIT, {"limit": 1, "renews_in_s": 900}),
            "You have had your 1 clip for today. The next one is due in about 15 min.",
        ),
        (
            Refusal(RefusalCode.DAILY_LIMIT, {"limit": 20, "renews_in_s": 3 * 3600}),
            "You have had your 20 clips for today. The next one is due in about 3 h.",
        ),
        (
            Refusal(RefusalCode.TOO_MANY_WAITING, {"limit": 1}),
            "You already have 1 clip on its way. Wait for it, or cancel it.",
        ),
        (
            Refusal(RefusalCode.PHOTO_TOO_MANY_BYTES, {"limit": 20_000_000}),
            "This photo is too large a file: at most 20 MB will do. "
            "Send a smaller one, or a screenshot of it.",
        ),
        (
            Refusal(RefusalCode.PHOTO_NEEDED, {"photos": 2}),
            "This effect needs 2 photos. Send all of them together, and ask again.",
        ),
        (
            Refusal(RefusalCode.NO_FACE, {"photo": 2}),
            "Photo 2: I cannot find a face in this photo. Send one where a face can be seen well, "
            "looking roughly towards the camera.",
        ),
        (
            Refusal(RefusalCode.PLACE_ROOM_OFF, {"rooms": "21,22"}),
            "Effects are not used in this channel. Try <#21>, <#22>.",
        ),
        (
            Refusal(RefusalCode.PLACE_ROOM_OFF, {"rooms": ""}),
            "Effects are not used in any channel here. An admin can change that.",
        ),
        (
            Refusal(RefusalCode.PLACE_PERMISSION, {"permission": "attach_files"}),
            "I may not attach files here: I need the permission “Attach Files”. "
            "Ask an admin of this server to give it to me.",
        ),
    ],
)
def test_refusals_with_figures_read_well(english: Texts, refusal: Refusal, sentence: str) -> None:
    assert english.refused(refusal) == sentence


def test_an_odd_name_from_outside_is_said_as_it_is(english: Texts) -> None:
    refusal = Refusal(RefusalCode.UNKNOWN_EFFECT, {"effect": "{person} %s {0}"})
    assert "“{person} %s {0}”" in english.refused(refusal)


def test_no_more_channels_are_named_than_are_read(english: Texts) -> None:
    refusal = Refusal(RefusalCode.PLACE_ROOM_OFF, FIGURES[RefusalCode.PLACE_ROOM_OFF])
    assert english.refused(refusal).count("<#") == 5


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_every_permission_has_a_name_in_every_language(permission: str, texts: Texts) -> None:
    refusal = Refusal(RefusalCode.PLACE_PERMISSION, {"permission": permission})
    assert permission not in texts.refused(refusal)


def test_a_permission_without_a_name_is_said_as_it_is(english: Texts) -> None:
    refusal = Refusal(RefusalCode.PLACE_PERMISSION, {"permission": "use_sounds"})
    assert "“use_sounds”" in english.refused(refusal)


def test_a_prompt_with_a_photo_is_answered_otherwise_than_one_alone(texts: Texts) -> None:
    alone, with_photo = (
        texts.refused(Refusal(RefusalCode.NO_MODEL_FOR_PROMPT, {"nearest": "", "photos": photos}))
        for photos in (0, 1)
    )
    assert alone != with_photo


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_untranslated(language: str) -> None:
    for message in read_language(language):
        if message.id:
            assert all(forms(message.string)), message.id
            assert not message.fuzzy


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_slots_of_the_source(language: str) -> None:
    for message in read_language(language):
        if message.id:
            wanted = slots(forms(message.id)[-1])
            assert all(slots(form) == wanted for form in forms(message.string)), message.id


def test_the_catalogues_are_what_the_code_says() -> None:
    """If this fails: `python -m bots.texts`, and translate what is new."""
    code = ids(extract())
    with TEMPLATE.open("rb") as file:
        assert ids(read_po(file)) == code
    for language in OTHERS:
        assert ids(read_language(language)) == code


def test_every_language_is_read(texts: Texts) -> None:
    assert texts.label(Action.AGAIN)
    assert texts.language in LANGUAGES
    assert translations(texts.language)


def test_where_a_job_stands_is_said_as_people_say_it(english: Texts) -> None:
    standing = Standing(state=JobState.QUEUED, position=2, low_s=16.2, high_s=29.0)
    assert english.queued(standing) == "2nd in line, about 15-30 s"
    assert Texts.of("zh").queued(standing) == "排在第2位，约15-30秒"


def test_whoever_is_first_is_told_to_be_next(english: Texts) -> None:
    standing = Standing(state=JobState.QUEUED, position=1, low_s=3.0, high_s=18.0)
    assert english.queued(standing) == "Next in line, up to 20 s"
    assert Texts.of("zh").queued(standing) == "下一个就轮到您，最多20秒"


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"),
     (21, "21st"), (22, "22nd"), (111, "111th"), (123, "123rd")],
)  # fmt: skip
def test_english_ordinals(number: int, said: str) -> None:
    assert ordinal("en", number) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.0, 0.2, "up to 5 s"),
        (3.4, 5.6, "up to 10 s"),
        (8.0, 11.0, "about 5-15 s"),
        (15.0, 25.0, "about 15-25 s"),
        (24.0, 41.0, "about 20-50 s"),
        (59.0, 61.0, "about 30-90 s"),
        (60.0, 120.0, "about 60-120 s"),
        (65.0, 121.0, "about 1-3 min"),
        (30.0, 121.0, "up to 3 min"),
        (1300.0, 3000.0, "about 20-50 min"),
        (3000.0, 7300.0, "up to 3 h"),
        (7300.0, 11000.0, "about 2-4 h"),
        (0.0, 0.0, "about 5 s"),
        (3500.0, 3500.0, "about 60 min"),
        (10000.0, 10000.0, "about 3 h"),
    ],
)
def test_waits_are_said_no_finer_than_they_are_known(low: float, high: float, said: str) -> None:
    assert span(translations("en"), low, high) == said


def test_a_wait_that_runs_down_is_said_anew_only_now_and_then(english: Texts) -> None:
    waits = (
        Standing(state=JobState.QUEUED, position=3, low_s=180 - s, high_s=300 - s)
        for s in range(120)
    )
    assert len({english.queued(standing) for standing in waits}) <= 6


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en-GB", "en"),
        ("zh-Hans-CN", "zh"),
        ("zh_TW", "zh"),
        ("ZH", "zh"),
        ("fr", "en"),
        ("", "en"),
    ],
)
def test_a_tag_gets_the_closest_language(tag: str, language: str) -> None:
    assert closest(tag) == language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr-FR,fr;q=0.9,zh;q=0.4,en;q=0.8", "en"),
        ("fr, zh;q=0.1", "zh"),
        ("de", "en"),
        ("", "en"),
        ("en;q=nonsense, zh", "zh"),
    ],
)
def test_a_browsers_header_is_followed(header: str, language: str) -> None:
    assert negotiate(header) == language
