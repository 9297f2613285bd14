"""Routing: which effect words mean, measured on what people write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence

import pytest

from bots.routing import Router
from tests.effect_cards import HEAD_TURN, ROBOT, SYMBIOTE, a_card
from tests.unit.bots.prompts import CATALOGUE, HELD_OUT, TUNED_ON

CARDS = (SYMBIOTE, ROBOT, HEAD_TURN)


@pytest.fixture(scope="module")
def router() -> Generator[Router]:
    """One for all tests: it loads for a second and a half."""
    with Router() as router:
        yield router


async def tally(router: Router, prompts: Sequence[tuple[str, str | None]]) -> Counter[str]:
    """Count what becomes of prompts.

    Those that mean an effect are taken for it (`right`), for another (`wrong`), or not taken
    (`asked`); `offered` counts those whose effect is among the nearest four. Those that mean none
    are `left alone` or `made up`.
    """
    counts = Counter[str]()
    for prompt, meant in prompts:
        route = await router.route(prompt, CATALOGUE)
        chosen = route.chosen and route.chosen.effect
        if meant is None:
            counts["left alone" if chosen is None else "made up"] += 1
        else:
            counts["right" if chosen == meant else "asked" if chosen is None else "wrong"] += 1
            counts["offered"] += meant in {near.effect for near in route.nearest[:4]}
    return counts


async def test_the_prompts_the_threshold_was_chosen_on_are_told_apart(router: Router) -> None:
    counts = await tally(router, TUNED_ON)
    assert counts["right"] >= 52
    assert counts["wrong"] == counts["made up"] == 0
    assert counts["offered"] == counts["right"] + counts["asked"]


async def test_prompts_nobody_tuned_for_are_mostly_right_and_seldom_wrong(router: Router) -> None:
    counts = await tally(router, HELD_OUT)
    assert counts["right"] >= 0.75 * (counts["right"] + counts["asked"] + counts["wrong"])
    assert counts["wrong"] <= 1
    assert counts["offered"] >= counts["right"] + counts["asked"]
    assert counts["made up"] == 0


@pytest.mark.parametrize(
    ("prompt", "effect", "named"),
    [
        ("ROBOT!", "robot", "wholly"),
        ("Turn me into a robot", "robot", "wholly"),
        ("head-turn please", "head_turn", "within"),
        ("给我做一个共生体视频", "symbiote", "within"),
    ],
)
async def test_an_effect_called_by_its_name_is_taken(
    router: Router, prompt: str, effect: str, named: str
) -> None:
    route = await router.route(prompt, CARDS)
    assert route.chosen is not None
    assert (route.chosen.effect, route.named) == (effect, named)


async def test_a_name_is_taken_however_near_another_effect_comes(router: Router) -> None:
    zoom, out = a_card("zoom", "Crash zoom"), a_card("zoom_out", "Crash zoom out")
    for cards, said in (([zoom, out], zoom), ([out, zoom], zoom), ([zoom, out], out)):
        route = await router.route(said.title["en"], cards)
        assert route.chosen is not None
        assert route.chosen == route.certain
        assert route.chosen.effect == said.id


async def test_two_names_are_left_to_the_person(router: Router) -> None:
    route = await router.route("symbiote or robot?", CARDS)
    assert {near.effect for near in route.nearest[:2]} == {"symbiote", "robot"}
    assert route.named == "not"


async def test_part_of_a_word_is_no_name(router: Router) -> None:
    route = await router.route("an aged whisky, my favourite", [a_card("age", "Age"), ROBOT])
    assert route.chosen is None


@pytest.mark.parametrize("prompt", ["", "🔥" * 2000, "啊" * 2000, "\u202e\u0000", "1" * 2000])
async def test_odd_words_are_taken_for_nothing(router: Router, prompt: str) -> None:
    assert (await router.route(prompt, CARDS)).chosen is None


async def test_with_no_effects_there_is_nothing_near(router: Router) -> None:
    route = await router.route("robot", [])
    assert (route.chosen, route.nearest) == (None, ())


async def test_a_single_effect_is_not_taken_for_everything(router: Router) -> None:
    assert (await router.route("make me a pizza", [ROBOT])).chosen is None


async def test_an_effect_is_read_anew_in_its_next_version(router: Router) -> None:
    first = a_card("odd", "Thing", ["turn me into a robot"])
    second = a_card("odd", "Thing", ["dancing at the disco party"], version="2.0.0")
    assert (await router.route("make me an android robot", [first])).chosen is not None
    assert (await router.route("make me an android robot", [second])).chosen is None
