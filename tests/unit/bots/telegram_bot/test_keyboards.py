from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from urllib.parse import parse_qs, urlsplit

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bots.chat import Action, Button, Message, job_id
from bots.codes import Code, Verb, named
from bots.messages import Subject, ended, moment, queued, refused, running, too_large
from bots.telegram_bot.asking import draft_id
from bots.telegram_bot.keyboards import SHARED, effect_page, under_message
from bots.telegram_bot.links import remix_link
from bots.texts.languages import LANGUAGES
from bots.texts.texts import Texts
from engine.jobs.job import Cancelled, Declined, Failed
from engine.jobs.refusal import Refusal, RefusalCode
from tests.effect_cards import OFFER, a_card
from tests.job_samples import a_job, success
from tests.unit.bots.test_texts import FIGURES

JOB = job_id("telegram", "77", "101")
DRAFT = draft_id("telegram", "77", "101")
LONG = [a_card("x" * 60 + f"{number:04}", f"Effect {number}") for number in range(100)]
SUBJECT = Subject(title={"en": "Robot"}, runners_up=LONG[:3])


def keys(markup: InlineKeyboardMarkup | None) -> list[InlineKeyboardButton]:
    return list(chain(*markup.inline_keyboard)) if markup else []


def data(markup: InlineKeyboardMarkup | None) -> list[str]:
    return [str(key.callback_data) for key in keys(markup) if key.callback_data]


def codes(markup: InlineKeyboardMarkup | None) -> list[Code]:
    read = [Code.read(each) for each in data(markup)]
    return [code for code in read if code is not None]


def every_message(texts: Texts) -> Iterator[Message]:
    job = a_job()
    nearest = {"nearest": ",".join(card.id for card in LONG[:5]), "photos": 0}
    yield queued(texts, SUBJECT, None, somebody_works=True)
    yield running(texts, SUBJECT, None)
    yield moment(texts)
    for outcome in (success(job), Cancelled(), Failed(error="no")):
        yield ended(texts, SUBJECT, outcome)
    yield too_large(texts, SUBJECT)
    for code in RefusalCode:
        yield ended(texts, SUBJECT, Declined(refusal=Refusal(code, FIGURES.get(code, {}))))
    yield refused(texts, Refusal(RefusalCode.NO_MODEL_FOR_PROMPT, nearest), LONG)


def markups(texts: Texts) -> Iterator[InlineKeyboardMarkup | None]:
    for message in every_message(texts):
        yield under_message(JOB, message.buttons)
    for number in (1, 12, 13, 100):
        yield from (effect_page(DRAFT, LONG[:number], texts, page) for page in range(9))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_fits_and_is_read_back(language: str) -> None:
    for markup in markups(Texts.of(language)):
        assert all(len(each.encode()) <= 64 for each in data(markup))
        assert [str(code) for code in codes(markup)] == data(markup)
        assert all(key.text for key in keys(markup))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_row_and_no_keyboard_is_longer_than_telegram_takes(language: str) -> None:
    for markup in markups(Texts.of(language)):
        assert len(keys(markup)) <= 100
        assert all(0 < len(row) <= 8 for row in (markup.inline_keyboard if markup else ()))


@pytest.mark.parametrize(("effects", "pages"), [(1, 1), (12, 1), (13, 2), (24, 2), (100, 9)])
def test_every_effect_is_on_one_page_and_the_last_leads_to_the_first(
    effects: int, pages: int
) -> None:
    cards, texts = LONG[:effects], Texts.of("en")
    shown: list[str] = []
    page = 0
    for _ in range(pages):
        found = codes(effect_page(DRAFT, cards, texts, page))
        assert {code.about for code in found} == {DRAFT}
        picked = [named(cards, code.which) for code in found if code.verb is Verb.PICK]
        shown += [card.id for card in picked if card]
        page = next((int(code.which) for code in found if code.verb is Verb.PAGE), 0)
    assert shown == [card.id for card in cards]
    assert page == 0


def test_where_all_effects_fit_there_is_nothing_to_turn_to() -> None:
    assert {code.verb for code in codes(effect_page(DRAFT, LONG[:12], Texts.of("en")))} == {
        Verb.PICK
    }


def test_a_page_that_is_no_more_shows_another() -> None:
    """Effects have gone since the page was shown that leads there."""
    few = effect_page(DRAFT, LONG[:3], Texts.of("en"), page=7)
    assert len(codes(few)) == 3


def test_with_inline_mode_a_clip_is_shared_by_its_name() -> None:
    button = Button(action=Action.SHARE, label="Share")
    (key,) = keys(under_message(JOB, [button]))
    chosen = key.switch_inline_query_chosen_chat
    assert chosen is not None
    assert chosen.query == SHARED + JOB
    assert len(SHARED + JOB) <= 256


def test_without_inline_mode_a_clip_is_shared_as_a_link() -> None:
    button, link = Button(action=Action.SHARE, label="Share"), remix_link("https://t.me/a_bot", JOB)
    (key,) = keys(under_message(JOB, [button], shared_as=link))
    assert key.switch_inline_query_chosen_chat is None
    assert key.url is not None
    assert urlsplit(key.url).hostname == "t.me"
    assert parse_qs(urlsplit(key.url).query) == {"url": [link]}


def test_buttons_that_telegram_has_no_use_for_are_left_out() -> None:
    assert under_message(JOB, [Button(action=Action.DOWNLOAD, label="Download")]) is None
    assert under_message(JOB, []) is None


def test_other_effects_under_a_message_are_found_by_their_buttons() -> None:
    texts = Texts.of("en")
    message = refused(
        texts,
        Refusal(RefusalCode.NO_MODEL_FOR_PROMPT, {"nearest": "robot,symbiote", "photos": 0}),
        OFFER.effects,
    )
    chosen = codes(under_message(JOB, message.buttons))
    found = [named(OFFER.effects, code.which) for code in chosen]
    assert [card.id for card in found if card] == ["robot", "symbiote"]
    assert {(code.verb, code.about) for code in chosen} == {(Verb.CHOOSE, JOB)}
