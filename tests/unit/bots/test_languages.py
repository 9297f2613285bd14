from __future__ import annotations

import pytest

from bots import languages
from bots.chat import Person, PersonId
from bots.languages import Languages
from bots.store.database import Database
from bots.store.people import People

ANN = Person(id=PersonId("telegram:77"), language="en")


@pytest.fixture
def people(database: Database) -> People:
    return People(database)


async def test_without_a_choice_it_is_the_language_of_the_program(people: People) -> None:
    known = Languages(people)
    assert await known.of(ANN) == "en"
    assert await known.of(Person(id=ANN.id, language="zh-hans")) == "zh-hans"


async def test_a_choice_counts_at_once(people: People) -> None:
    known = Languages(people)
    assert await known.of(ANN) == "en"
    await known.choose(ANN.id, "zh")
    assert await known.of(ANN) == "zh"
    assert await Languages(people).of(ANN) == "zh"


async def test_what_was_known_is_not_asked_for_again_for_a_while(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Languages(people)
    assert await known.of(ANN) == "en"
    await people.set_language(ANN.id, "zh")
    assert await known.of(ANN) == "en"
    monkeypatch.setattr(languages, "_FRESH_S", 0.0)
    assert await known.of(ANN) == "zh"


async def test_whoever_is_forgotten_is_asked_about_anew(people: People) -> None:
    known = Languages(people)
    await known.choose(ANN.id, "zh")
    assert await known.of(ANN) == "zh"
    await people.set_language(ANN.id, None)
    known.forget(ANN.id)
    assert await known.of(ANN) == "en"
    known.forget(PersonId("telegram:78"))


async def test_many_people_do_not_fill_the_memory(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(languages, "_MOST", 3)
    known = Languages(people)
    for number in range(10):
        await known.of(Person(id=PersonId(f"telegram:{number}"), language="en"))
        assert len(known._known) <= 3
