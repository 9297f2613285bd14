"""How long a clip is asked to be decides what it costs, and what can make it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.jobs.catalogue import EffectCard, ParamCard
from engine.jobs.errors import Refused
from engine.jobs.job import Variant
from engine.jobs.length import as_long_as_asked, legs, seconds_in, within_reach
from engine.jobs.refusal import RefusalCode
from tests.effect_cards import a_card

SECONDS = ParamCard(
    name="seconds", kind="int", default=5, label={"en": "Seconds"}, minimum=3, maximum=60
)
SHORT = Variant(name="short", needs="model:short", cost_s=50.0, frames=81, up_to_s=5.0)
LONG = Variant(name="long", needs="model:long", cost_s=80.0, frames=81, up_to_s=60.0)


def a_film(*variants: Variant, photos: int = 0, most: int = 0) -> EffectCard:
    card = a_card("imagine", "Imagine", photos=photos, params=[SECONDS])
    return replace(card, variants=variants, most_photos=most)


def test_a_clip_of_the_usual_length_costs_what_is_declared() -> None:
    card = a_film(SHORT, LONG)
    assert as_long_as_asked(card, {}, 0) == (SHORT, LONG)
    assert as_long_as_asked(card, {"seconds": 5}, 0) == (SHORT, LONG)


def test_a_longer_clip_costs_as_much_more_and_is_made_by_what_can() -> None:
    (made,) = as_long_as_asked(a_film(SHORT, LONG), {"seconds": 20}, 0)
    assert (made.name, made.cost_s, made.frames) == ("long", 320.0, 324)


def test_a_shorter_clip_costs_less() -> None:
    made, _ = as_long_as_asked(a_film(SHORT, LONG), {"seconds": 3}, 0)
    assert (made.cost_s, made.frames) == (30.0, 49)


def test_what_nobody_can_make_so_long_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        as_long_as_asked(a_film(SHORT), {"seconds": 20}, 0)
    assert refused.value.refusal.code is RefusalCode.BAD_OPTION
    assert refused.value.refusal.data == {"option": "seconds", "value": "20"}


def test_each_further_photo_costs_as_much_again() -> None:
    journey = a_film(replace(LONG, up_to_s=0.0), photos=2, most=7)
    costs = [as_long_as_asked(journey, {}, photos)[0].cost_s for photos in (2, 3, 7)]
    assert costs == [80.0, 160.0, 480.0]


def test_an_effect_without_the_option_is_as_it_was() -> None:
    card = a_card("robot", "Robot")
    assert as_long_as_asked(card, {}, 1) == card.variants


@pytest.mark.parametrize(
    ("photos", "fewest", "times"),
    [(0, 0, 1), (1, 1, 1), (2, 2, 1), (5, 2, 4), (3, 1, 2), (5, 3, 2)],
)
def test_a_film_through_photos_is_longer_by_each_beyond_the_fewest(
    photos: int, fewest: int, times: float
) -> None:
    assert legs(photos, fewest) == times


@pytest.mark.parametrize(
    ("params", "seconds"), [({}, 5.0), ({"seconds": 8}, 8.0), ({"seconds": "soon"}, 5.0)]
)
def test_seconds_are_read_from_what_is_set(params: dict[str, int | str], seconds: float) -> None:
    assert seconds_in(params, 5.0) == seconds


@pytest.mark.parametrize(
    ("variants", "maximum"), [((SHORT,), 5.0), ((SHORT, LONG), 60.0), ((), 60)]
)
def test_no_more_seconds_are_offered_than_somebody_can_make(
    variants: tuple[Variant, ...], maximum: float
) -> None:
    (option,) = within_reach(a_film(*variants)).params
    assert option.maximum == maximum


def test_a_variant_of_any_length_leaves_the_option_as_it_is() -> None:
    card = a_film(SHORT, replace(LONG, up_to_s=0.0))
    assert within_reach(card) == card
