"""The effects that are shipped are told apart by their names and phrases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence

import pytest

from bots.gallery import called
from bots.routing import Router
from engine.effects.catalogue import Effect, load_effects
from engine.jobs.catalogue import EffectCard


def card(effect: Effect) -> EffectCard:
    """An effect as a worker offers it that can make all of it."""
    needs = {variant.needs for variant in effect.variants}
    return effect.card(preview=None, poster=None, needs=needs)


CARDS = [each for each in map(card, load_effects().values()) if not each.any_words]
OF_A_PHOTO = [each for each in CARDS if each.photos == 1]
OF_WORDS = [each for each in CARDS if each.photos == 0]
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


async def taken_for(router: Router, words: str, cards: Sequence[EffectCard]) -> str | None:
    """Say which effect words are taken for, as a chat does."""
    named = called(cards, words)
    if named is not None:
        return named.id
    chosen = (await router.route(words, cards)).chosen
    return chosen.effect if chosen else None


async def tally(
    router: Router, prompts: Sequence[tuple[str, str | None]], cards: Sequence[EffectCard]
) -> Counter[str]:
    """Count prompts by what they are taken for: what is meant, something else, or nothing."""
    counts = Counter[str]()
    for words, meant in prompts:
        taken = await taken_for(router, words, cards)
        counts["right" if taken == meant else "nothing" if taken is None else "wrong"] += 1
    return counts


def test_no_two_effects_have_a_name_or_a_phrase_in_common() -> None:
    said = Counter[str]()
    for each in CARDS:
        names = {each.id.replace("_", " "), *each.title.values(), *each.phrases}
        said.update({name.casefold() for name in names})
    assert [name for name, times in said.items() if times > 1] == []


@pytest.mark.parametrize(("effect", "cards"), FITTING, ids=[each.id for each, _ in FITTING])
async def test_a_phrase_leads_to_the_effect_that_names_it(
    router: Router, effect: EffectCard, cards: Sequence[EffectCard]
) -> None:
    for phrase in (*effect.title.values(), *effect.phrases):
        assert (await taken_for(router, phrase, cards), phrase) == (effect.id, phrase)


async def test_what_people_say_of_a_photo_is_seldom_taken_for_another_effect(
    router: Router,
) -> None:
    counts = await tally(router, WITH_A_PHOTO, OF_A_PHOTO)
    assert counts["wrong"] == 0
    assert counts["right"] >= 0.85 * len(WITH_A_PHOTO)


async def test_what_people_say_without_a_photo_has_a_style_only_if_they_name_one(
    router: Router,
) -> None:
    counts = await tally(router, IN_WORDS, OF_WORDS)
    assert counts["wrong"] == 0
    assert counts["right"] >= 0.85 * len(IN_WORDS)
