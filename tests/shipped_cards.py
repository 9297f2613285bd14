"""The shipped effects, as a worker offers them that can make all of them."""

from __future__ import annotations

from engine.effects.catalogue import Effect, load_effects
from engine.jobs.catalogue import EffectCard


def shipped_card(effect: Effect) -> EffectCard:
    """Make the card of an effect, without pictures."""
    needs = {variant.needs for variant in effect.variants}
    return effect.card(preview=None, poster=None, needs=needs)


SHIPPED: tuple[EffectCard, ...] = tuple(map(shipped_card, load_effects().values()))
