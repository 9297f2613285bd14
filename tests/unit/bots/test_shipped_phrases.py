"""The effects that are shipped are told apart by their names and phrases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Sequence

import pytest

from bots.routing import Route, Router, Suggestion
from engine.jobs.catalogue import EffectCard
from tests.shipped_cards import SHIPPED
from tests.unit.bots.prompts import ANOTHER_WAY, HELD_OUT, SCENES, TUNED_ON

CARDS = [each for each in SHIPPED if not each.any_words]
OF_A_PHOTO = [each for each in CARDS if each.photos == 1]
OF_WORDS = [each for each in CARDS if each.photos == 0]
LOOKS = [each for each in OF_A_PHOTO if any(it.needs.startswith("look:") for it in each.variants)]
FITTING = [*((each, OF_A_PHOTO) for each in OF_A_PHOTO), *((each, OF_WORDS) for each in OF_WORDS)]

WITH_A_PHOTO: tuple[tuple[str, str | None], ...] = (
    ("please make all the air come out of me", "deflate"),
    ("make this person laugh really hard", "laughing"),
    ("让她笑得很开心", "laughing"),
    ("drop my jaw", "jaw_drop"),
    ("lots of cute puppies around me", "puppies"),
    ("j'aimerais être entouré de petits chiens", "puppies"),
    ("I want to be Snow White", "snow_white"),
    ("quiero ser Blancanieves", "snow_white"),
    ("make me look like a samurai warrior", "samurai"),
    ("I want to be the captain of a pirate ship", "pirate"),
    ("ich will ein Pirat sein", "pirate"),
    ("a portrait of me in a gold frame like in a museum", "painting"),
    ("como un cuadro del museo", "painting"),
    ("I run like the hero of an action movie", "hero_run"),
    ("让我跑得像英雄", "hero_run"),
    ("a big explosion in the background", "explosion"),
    ("explosão enorme nas minhas costas", "explosion"),
    ("lightning bolts all over me", "electricity"),
    ("Blitze sollen um mich zucken", "electricity"),
    ("put a big tornado in the background", "tornado"),
    ("un tornado enorme", "tornado"),
    ("fly once around me with the camera", "orbit"),
    ("the camera moves in an arc", "arc_shot"),
    ("raise the camera high up", "crane_up"),
    ("the camera comes down from above", "crane_down"),
    ("the camera flies over the top of my head", "crane_over"),
    ("zoom out quickly", "crash_zoom_out"),
    ("zoom in fast on my face", "crash_zoom"),
    ("do a vertigo zoom", "dolly_zoom"),
    ("a car chase with a helicopter", "car_chase"),
    ("mein Auto in einer Verfolgungsjagd", "car_chase"),
    ("a drone flies in towards me", "push_in"),
    ("spin me all the way round", "rotate"),
    ("blow me up like a big balloon", "inflate"),
    ("freeze time around me", "bullet_time"),
    ("cut me open and I am cake", "cakeify"),
    ("hydraulic press on me", "crush"),
    ("squeeze me like play-doh", "squish"),
    ("make me go super saiyan", "golden_aura"),
    ("turn me into a robot", "robot"),
    ("turn my head", "head_turn"),
    ("hello", None),
    ("put me in a red dress", None),
    ("make my background blue", None),
    ("remove the person behind me", None),
    ("two people hugging", None),
    ("the dog runs through the snow", None),
    ("he drinks a cup of coffee", None),
    ("we walk along the beach", None),
)
MEANT_FOR_LOOKS = [
    (words, meant)
    for words, meant in (*TUNED_ON, *HELD_OUT)
    if meant in {each.id for each in LOOKS}
]
IN_WORDS: tuple[tuple[str, str | None], ...] = (
    ("a black and white film about a detective cat", "film_noir"),
    ("an old VHS home video of a birthday party", "vhs"),
    ("a neon cyberpunk street in the rain", "cyberpunk"),
    ("ein 3D-Zeichentrickfilm mit einer mutigen Teekanne", "animated_film"),
    ("a cat dances on the moon", None),
    ("waves roll onto a beach at sunset", None),
    ("a city street at night", None),
    ("a train in the mountains", None),
)


@pytest.fixture(scope="module")
def router() -> Generator[Router]:
    """One for all tests: it loads for a second and a half."""
    with Router() as router:
        yield router


def chosen(route: Route) -> Suggestion | None:
    """Choose where only effects can be made."""
    return route.chosen


def certain(route: Route) -> Suggestion | None:
    """Choose where something can be made of any words."""
    return route.certain


async def taken_for(
    router: Router,
    words: str,
    cards: Sequence[EffectCard],
    choose: Callable[[Route], Suggestion | None] = chosen,
) -> str | None:
    """Say which effect words are taken for, as a chat does."""
    taken = choose(await router.route(words, cards))
    return taken.effect if taken else None


async def tally(
    router: Router,
    prompts: Sequence[tuple[str, str | None]],
    cards: Sequence[EffectCard],
    choose: Callable[[Route], Suggestion | None] = chosen,
) -> Counter[str]:
    """Count prompts by what they are taken for: what is meant, something else, or nothing."""
    counts = Counter[str]()
    for words, meant in prompts:
        taken = await taken_for(router, words, cards, choose)
        counts["right" if taken == meant else "nothing" if taken is None else "wrong"] += 1
    return counts


def test_no_two_effects_have_a_name_or_a_phrase_in_common() -> None:
    said = Counter[str]()
    for each in CARDS:
        names = {each.id.replace("_", " "), *each.title.values(), *each.phrases}
        said.update({name.casefold() for name in names})
    assert [name for name, times in said.items() if times > 1] == []


@pytest.mark.parametrize("choose", [chosen, certain])
@pytest.mark.parametrize(("effect", "cards"), FITTING, ids=[each.id for each, _ in FITTING])
async def test_a_name_or_a_phrase_leads_to_the_effect_that_has_it(
    router: Router,
    effect: EffectCard,
    cards: Sequence[EffectCard],
    choose: Callable[[Route], Suggestion | None],
) -> None:
    for phrase in (*effect.title.values(), *effect.phrases):
        assert (await taken_for(router, phrase, cards, choose), phrase) == (effect.id, phrase)


async def test_what_people_say_of_a_photo_is_seldom_taken_for_another_effect(
    router: Router,
) -> None:
    counts = await tally(router, WITH_A_PHOTO, OF_A_PHOTO)
    assert counts["wrong"] == 0
    assert counts["right"] >= 0.85 * len(WITH_A_PHOTO)


async def test_what_people_say_in_other_words_than_ours_is_seldom_taken_for_another_effect(
    router: Router,
) -> None:
    counts = await tally(router, ANOTHER_WAY, OF_A_PHOTO)
    assert counts["wrong"] <= 1
    assert counts["right"] >= 0.85 * len(ANOTHER_WAY)


async def test_what_people_say_without_a_photo_has_a_style_only_if_they_name_one(
    router: Router,
) -> None:
    counts = await tally(router, IN_WORDS, OF_WORDS)
    assert counts["wrong"] == 0
    assert counts["right"] >= 0.85 * len(IN_WORDS)


async def test_scenes_are_left_to_what_makes_something_of_any_words(router: Router) -> None:
    scenes: Sequence[tuple[str, str | None]] = [(scene, None) for scene in SCENES]
    confident = await tally(router, scenes, OF_A_PHOTO, chosen)
    sure = await tally(router, scenes, OF_A_PHOTO, certain)
    assert confident["wrong"] >= 0.25 * len(SCENES), "else one score would do for both"
    assert sure["wrong"] <= 0.04 * len(SCENES)
    assert (await tally(router, scenes, OF_WORDS, certain))["wrong"] == 0
    assert (await tally(router, scenes, LOOKS, certain))["wrong"] == 0


async def test_effects_are_mostly_found_beside_what_makes_something_of_any_words(
    router: Router,
) -> None:
    for prompts, cards, least in (
        (WITH_A_PHOTO, OF_A_PHOTO, 0.8),
        (ANOTHER_WAY, OF_A_PHOTO, 0.7),
        (IN_WORDS, OF_WORDS, 0.85),
        (MEANT_FOR_LOOKS, LOOKS, 0.8),
    ):
        counts = await tally(router, prompts, cards, certain)
        assert counts["wrong"] <= 1, counts
        assert counts["right"] >= least * len(prompts), counts


async def test_a_name_among_other_words_may_be_part_of_a_scene(router: Router) -> None:
    route = await router.route("the robot vacuum drives across the floor", OF_A_PHOTO)
    assert (route.named, route.certain) == ("within", None)
    assert route.chosen is not None
    assert route.chosen.effect == "robot"


async def test_a_name_that_is_part_of_another_one_is_not_meant(router: Router) -> None:
    route = await router.route("crash zoom out please", OF_A_PHOTO)
    assert route.chosen is not None
    assert route.chosen.effect == "crash_zoom_out"
