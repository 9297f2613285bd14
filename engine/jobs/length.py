"""How long a clip is, and what that costs: longer than usual by its option, or by more photos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.jobs.catalogue import EffectCard, ParamCard
from engine.jobs.errors import Refused
from engine.jobs.job import ParamValue, Variant
from engine.jobs.refusal import Refusal, RefusalCode

SECONDS = "seconds"
"""The option that says how long; its usual value is how long a clip is without it."""


def seconds_in(params: Mapping[str, ParamValue], usual: float) -> float:
    """Read how many seconds options ask for."""
    value = params.get(SECONDS)
    return usual if value is None or isinstance(value, str) else float(value)


def legs(photos: int, fewest: int) -> float:
    """Tell how many times as long a film is that leads through more photos than the fewest."""
    return max(1, photos - 1) / max(1, fewest - 1) if photos > fewest else 1.0


def as_long_as_asked(
    card: EffectCard, params: Mapping[str, ParamValue], photos: int
) -> tuple[Variant, ...]:
    """Take the variants that can be as long as that, with what each costs then.

    Working time is taken to grow as the length does: a long film is made of takes that are much
    alike.

    Raises:
        Refused: BAD_OPTION, none can.
    """
    option = _option(card)
    usual = float(option.default) if option else 1.0
    seconds = seconds_in(params, usual)
    able = [each for each in card.variants if not each.up_to_s or seconds <= each.up_to_s]
    if not able:
        data = {"option": SECONDS, "value": f"{seconds:g}"}
        raise Refused(Refusal(RefusalCode.BAD_OPTION, data))
    times = seconds / usual * legs(photos, card.photos)
    return tuple(_stretched(each, times) for each in able)


def within_reach(card: EffectCard) -> EffectCard:
    """Let people ask for no more seconds than some variant can be made in."""
    option, reached = _option(card), [each.up_to_s for each in card.variants]
    if option is None or option.maximum is None or not reached or not all(reached):
        return card
    nearer = replace(option, maximum=min(option.maximum, max(reached)))
    return replace(card, params=tuple(nearer if it is option else it for it in card.params))


def _option(card: EffectCard) -> ParamCard | None:
    return next((param for param in card.params if param.name == SECONDS), None)


def _stretched(variant: Variant, times: float) -> Variant:
    return replace(
        variant, cost_s=round(variant.cost_s * times, 2), frames=round(variant.frames * times)
    )
