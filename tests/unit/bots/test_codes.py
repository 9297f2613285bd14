from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bots.chat import job_id
from bots.codes import Code, Verb, named, short_name
from tests.effect_cards import OFFER, ROBOT, a_card

LONGEST = "x" * 64
ids = some.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True)
whiches = some.from_regex(r"[A-Za-z0-9_-]{0,12}", fullmatch=True)


@given(some.sampled_from(Verb), ids, whiches)
def test_a_button_is_read_back_as_it_was_and_fits(verb: Verb, about: str, which: str) -> None:
    code = Code(verb, about, which)
    assert Code.read(str(code)) == code
    assert len(str(code).encode()) <= 64


@given(some.text())
def test_what_is_no_button_of_ours_is_none_and_nothing_is_read_otherwise(data: str) -> None:
    code = Code.read(data)
    assert code is None or str(code) == data


@given(some.text(), some.text(), some.text())
def test_a_forged_button_is_none_or_holds_plain_letters_and_digits(
    verb: str, about: str, which: str
) -> None:
    code = Code.read(f"1:{verb}:{about}:{which}")
    assert code is None or (code.about + code.which).isascii()


@pytest.mark.parametrize(
    "data",
    [
        "",
        "1:again",
        "1:again:",
        "2:again:job",
        "1:AGAIN:job",
        "1:explode:job",
        "again:job",
        "1:again:job:",
        "1:again:job:robot:more",
        "1:again:job\n",
        " 1:again:job",
        "1:again:../../etc",
        "1:page:draft:²",
        "1:page:draft:٣",
        "1:again:" + "x" * 33,
        "1:pick:draft:" + "x" * 13,
        "1:again:" + "x" * 10_000,
        "vote:77",
    ],
)
def test_odd_buttons_are_none_of_ours(data: str) -> None:
    assert Code.read(data) is None


def test_a_jobs_id_fits_a_button() -> None:
    code = Code(Verb.DETAILS, job_id("telegram", "77", "1"), short_name(LONGEST))
    assert Code.read(str(code)) == code


def test_an_effect_is_found_by_its_short_name_however_long_its_id_is() -> None:
    long = a_card(LONGEST, "Long")
    cards = (*OFFER.effects, long)
    assert named(cards, short_name(LONGEST)) is long
    assert named(cards, short_name("robot")) is ROBOT
    assert named(cards, "robot") is None
    assert len({short_name(card.id) for card in cards}) == len(cards)
