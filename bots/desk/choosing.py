"""Finding effects while somebody still types."""

from __future__ import annotations

from collections.abc import Sequence

from bots.gallery import called
from bots.options import values_of, written
from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard


def matching(cards: Sequence[EffectCard], words: str, texts: Texts) -> list[EffectCard]:
    """Pick the effects whose name, or what people call them, has the words in it."""
    wanted = words.strip().casefold()

    def fits(card: EffectCard) -> bool:
        names = (card.id.replace("_", " "), texts.title(card.title), *card.phrases, *card.tags)
        return any(wanted in name.casefold() for name in names)

    return [card for card in cards if fits(card)]


def options_in(words: str) -> dict[str, str]:
    """Read options as people write them, `name=value` with spaces or commas between."""
    parts = (part.partition("=") for part in words.replace(",", " ").split())
    return {name: value for name, _, value in parts}


def suggested_options(cards: Sequence[EffectCard], effect: str, current: str) -> list[str]:
    """Suggest how the options of an effect can be set, after those that are set."""
    card = called(cards, effect)
    if card is None:
        return []
    parts = current.replace(",", " ").split()
    last = "" if current.endswith((" ", ",")) or not parts else parts.pop()
    begun = " ".join(parts)
    each = [f"{param.name}={written(value)}" for param in card.params for value in values_of(param)]
    free = [one for one in each if one.partition("=")[0] not in options_in(begun)]
    return [f"{begun} {one}".strip() for one in free if last in one]
