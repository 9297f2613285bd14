"""Rows of buttons, as Telegram draws and takes them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from urllib.parse import parse_qs, urlsplit

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bots.chat import Action, Button, Message, job_id
from bots.codes import Code, Verb
from bots.desk.asking import draft_id
from bots.desk.keys import Key, Rows, effect_page, under_message
from bots.messages import Subject, ended, moment, queued, refused, running, too_large
from bots.telegram_bot.keyboards import SHARED, Keyboards, link_below
from bots.telegram_bot.links import remix_link
from bots.texts.languages import LANGUAGES
from bots.texts.texts import Texts
from engine.jobs.job import Cancelled, Declined, Failed
from engine.jobs.refusal import Refusal, RefusalCode
from tests.effect_cards import a_card
from tests.job_samples import a_job, success
from tests.unit.bots.test_texts import FIGURES

JOB = job_id("telegram", "77", "101")
DRAFT = draft_id("telegram", "77", "101")
LONG = [a_card("x" * 60 + f"{number:04}", f"Effect {number}") for number in range(100)]
SUBJECT = Subject(title={"en": "Robot"}, runners_up=LONG[:3])
LINK = "https://t.me/a_bot"
KEYBOARDS = Keyboards(link=LINK, has_inline_mode=True)


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
        yield KEYBOARDS.closed_up(under_message(JOB, message.buttons))
    for number in (1, 12, 13, 100):
        for page in range(9):
            yield KEYBOARDS.drawn(effect_page(DRAFT, LONG[:number], texts, page=page, most=12))


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


def test_with_inline_mode_a_clip_is_shared_by_its_name() -> None:
    button = Button(action=Action.SHARE, label="Share")
    (key,) = keys(KEYBOARDS.closed_up(under_message(JOB, [button])))
    chosen = key.switch_inline_query_chosen_chat
    assert chosen is not None
    assert chosen.query == SHARED + JOB
    assert len(SHARED + JOB) <= 256


def test_without_inline_mode_a_clip_is_shared_as_a_link() -> None:
    button, link = Button(action=Action.SHARE, label="Share"), remix_link(LINK, JOB)
    keyboards = Keyboards(link=LINK, has_inline_mode=False)
    (key,) = keys(keyboards.closed_up(under_message(JOB, [button])))
    assert key.switch_inline_query_chosen_chat is None
    assert key.url is not None
    assert urlsplit(key.url).hostname == "t.me"
    assert parse_qs(urlsplit(key.url).query) == {"url": [link]}


def test_buttons_that_telegram_has_no_use_for_are_left_out_without_a_gap() -> None:
    actions = (Action.DOWNLOAD, Action.AGAIN, Action.REPORT, Action.DELETE, Action.HD)
    buttons = [Button(action=action, label=action) for action in actions]
    markup = KEYBOARDS.closed_up(under_message(JOB, buttons))
    assert markup is not None
    assert [[key.text for key in row] for row in markup.inline_keyboard] == [
        ["again", "delete"],
        ["hd"],
    ]
    for nothing in ([], [Button(action=Action.REPORT, label="Report")]):
        assert KEYBOARDS.closed_up(under_message(JOB, nothing)) is None


def test_rows_are_drawn_as_they_are() -> None:
    rows: Rows = [[Key(label="a", url=LINK)], [Key(label="b", code=Code(Verb.GO, DRAFT))]]
    markup = KEYBOARDS.drawn(rows)
    assert markup is not None
    assert [[key.text for key in row] for row in markup.inline_keyboard] == [["a"], ["b"]]
    assert [key.url for key in keys(markup)] == [LINK, None]
    assert KEYBOARDS.drawn([]) is None


def test_a_link_below_a_message_is_one_button() -> None:
    assert [(key.text, key.url) for key in keys(link_below("Make your own", LINK))] == [
        ("Make your own", LINK)
    ]
