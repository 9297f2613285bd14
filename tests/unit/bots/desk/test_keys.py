"""Rows of buttons, before a platform draws them."""

from __future__ import annotations

from itertools import chain

import pytest

from bots.chat import Action, Button, job_id
from bots.codes import Code, Verb, named
from bots.desk.asking import draft_id
from bots.desk.keys import Rows, effect_page, under_message
from bots.messages import refused
from bots.texts.texts import Texts
from engine.jobs.refusal import Refusal, RefusalCode
from tests.effect_cards import OFFER, a_card

JOB = job_id("web", "here", "101")
DRAFT = draft_id("web", "here", "101")
LONG = [a_card("x" * 60 + f"{number:04}", f"Effect {number}") for number in range(100)]
MOST = 12


def codes(rows: Rows) -> list[Code]:
    return [key.code for key in chain(*rows) if key.code is not None]


def a_page(number: int, page: int = 0) -> Rows:
    return effect_page(DRAFT, LONG[:number], Texts.of("en"), page=page, most=MOST)


@pytest.mark.parametrize(("effects", "pages"), [(1, 1), (12, 1), (13, 2), (24, 2), (100, 9)])
def test_every_effect_is_on_one_page_and_the_last_leads_to_the_first(
    effects: int, pages: int
) -> None:
    cards = LONG[:effects]
    shown: list[str] = []
    page = 0
    for _ in range(pages):
        found = codes(a_page(effects, page))
        assert {code.about for code in found} == {DRAFT}
        picked = [named(cards, code.which) for code in found if code.verb is Verb.PICK]
        shown += [card.id for card in picked if card]
        page = next((int(code.which) for code in found if code.verb is Verb.PAGE), 0)
    assert shown == [card.id for card in cards]
    assert page == 0


def test_where_all_effects_fit_there_is_nothing_to_turn_to() -> None:
    assert {code.verb for code in codes(a_page(MOST))} == {Verb.PICK}


def test_a_page_that_is_no_more_shows_another() -> None:
    """Effects have gone since the page was shown that leads there."""
    assert len(codes(a_page(3, page=7))) == 3


def test_every_button_is_read_as_it_was_written() -> None:
    for code in codes([*a_page(100), *a_page(100, page=8)]):
        assert Code.read(str(code)) == code


def test_buttons_that_only_a_page_can_have_are_left_out() -> None:
    assert under_message(JOB, [Button(action=Action.DOWNLOAD, label="Download")]) == []
    assert under_message(JOB, []) == []


def test_a_button_that_leads_to_a_file_leads_there() -> None:
    button = Button(action=Action.DOWNLOAD, label="Download", url="https://example.org/clip.mp4")
    ((key,),) = under_message(JOB, [button])
    assert (key.label, key.url, key.code) == ("Download", "https://example.org/clip.mp4", None)


def test_other_effects_under_a_message_are_found_by_their_buttons() -> None:
    message = refused(
        Texts.of("en"),
        Refusal(RefusalCode.NO_MODEL_FOR_PROMPT, {"nearest": "robot,symbiote", "photos": 0}),
        OFFER.effects,
    )
    chosen = codes(under_message(JOB, message.buttons))
    found = [named(OFFER.effects, code.which) for code in chosen]
    assert [card.id for card in found if card] == ["robot", "symbiote"]
    assert {(code.verb, code.about) for code in chosen} == {(Verb.CHOOSE, JOB)}
