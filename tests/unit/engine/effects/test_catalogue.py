from __future__ import annotations

from inspect import signature
from pathlib import Path

import pytest

from engine.effects.catalogue import load_effect, load_effects
from engine.errors import EffectInvalid

GOOD = """
schema = "effect/1"
[effect]
id = "wobble"
version = "1.0.0"
title = { en = "Wobble" }
summary = { en = "Wobbles." }
photos = 1
license = "Apache-2.0"
[output]
seconds = 4.0
fps = 24
[[variant]]
name = "wobble"
look = "wobble"
cost_per_s = 1.5
"""


def write(folder: Path, text: str, name: str = "wobble") -> Path:
    path = folder / name / "effect.toml"
    path.parent.mkdir()
    path.write_text(text)
    return path


@pytest.mark.parametrize("effect_id", sorted(load_effects()))
def test_every_shipped_effect_can_be_loaded_and_has_texts_in_both_languages(
    effect_id: str,
) -> None:
    effect = load_effects()[effect_id]

    for look in effect.looks:
        assert len(signature(look.load()).parameters) == effect.about.photos + 1
    for texts in (effect.about.title, effect.about.summary):
        assert {"en", "zh"} <= texts.keys()
    for param in effect.params.values():
        assert {"en", "zh"} <= param.label.keys()


def test_a_card_prices_the_whole_clip(tmp_path: Path) -> None:
    effect = load_effect(write(tmp_path, GOOD))

    (variant,) = effect.card(preview=None, poster=None, needs={"look:wobble"}).variants

    assert (variant.needs, variant.cost_s, variant.frames) == ("look:wobble", 6.0, 96)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (GOOD.replace("effect/1", "effect/9"), "schema"),
        (GOOD.replace('id = "wobble"', 'id = "other"'), "effect.id is other"),
        (GOOD.replace("fps = 24", "fps = 0"), "output.fps"),
        (GOOD.replace("fps = 24", "fps = 24\nspeed = 2"), "output.speed"),
        (GOOD.replace('look = "wobble"', 'look = "../evil"'), "variant.0.look"),
        (GOOD.split("[[variant]]")[0], "variant"),
        (GOOD.replace("photos = 1", "photos = = 1"), "line 8"),
        (
            GOOD + '[params.a]\nkind = "float"\ndefault = 5\nminimum = 0\nmaximum = 1\n'
            'label = { en = "A" }',
            "params.a.float",
        ),
    ],
)
def test_a_wrong_effect_file_is_refused_with_the_place_of_the_fault(
    tmp_path: Path, wrong: str, said: str
) -> None:
    path = write(tmp_path, wrong)

    with pytest.raises(EffectInvalid) as invalid:
        load_effect(path)

    assert invalid.value.where == str(path)
    assert said in invalid.value.why


def test_a_card_says_how_many_photos_are_taken_and_how_long_each_variant_may_be() -> None:
    journey, imagine = load_effects()["journey"], load_effects()["imagine"]
    needs = [variant.needs for effect in (journey, imagine) for variant in effect.variants]
    card = journey.card(preview=None, poster=None, needs=needs)
    assert (card.photos, card.photos_taken) == (2, 7)
    variants = imagine.card(preview=None, poster=None, needs=needs).variants
    assert [(it.name, it.up_to_s) for it in variants] == [("imagine", 5), ("imagine_long", 60)]
