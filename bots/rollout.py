"""Which version of an effect somebody gets, by what is offered and what the operator has set; pure.

Versions have shares of the people, and the usual one has the rest. Who somebody is decides on
which side they fall, so that it stays the same from clip to clip, and a share that grows takes
people from the usual version alone, as long as two others at most have shares.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bots.chat import Ask, PersonId
from engine.jobs.catalogue import EffectCard, ParamCard, newness
from engine.jobs.job import VERSION, ParamValue

Shares = Mapping[str, float]
"""By version of an effect, 0..1: how many of the people get it. At 1 everybody does."""
Rollouts = Mapping[str, Shares]
"""By effect."""

AUTO = "auto"
"""What the option says where no version is asked for."""
_MOST_TO_CHOOSE = 24
"""Discord's lists hold 25."""
_VERSION = re.compile(r"\d{1,5}(\.\d{1,5}){2}", re.ASCII)
_NAMED = re.compile(r"(?P<effect>\S.*?)@(?P<version>\d{1,5}(\.\d{1,5}){2})", re.ASCII)
_BEGINS = re.compile(
    r"([a-z]\w{1,31})@(\d{1,5}(?:\.\d{1,5}){2})(?:\s+|$)", re.ASCII | re.IGNORECASE
)


def shown(versions: Sequence[EffectCard], shares: Shares, label: Mapping[str, str]) -> EffectCard:
    """Pick the version that is shown of several, the usual one first; people may choose another.

    `label` is what the choice is called, by language.
    """
    card = _for_everybody(versions, shares)
    if len(versions) == 1:
        return card
    newest = sorted((each.version for each in versions), key=newness, reverse=True)
    option = ParamCard(
        name=VERSION,
        kind="choice",
        default=AUTO,
        label=label,
        choices=(AUTO, *newest[:_MOST_TO_CHOOSE]),
    )
    return replace(card, params=(*card.params, option))


def version_for(
    person: PersonId, versions: Sequence[EffectCard], shares: Shares, pin: str
) -> EffectCard:
    """Pick the version that somebody gets: what they ask for, or on which side they fall.

    A version that nobody offers is passed over.
    """
    by_version = {card.version: card for card in versions}
    if pin in by_version:
        return by_version[pin]
    side = _side(shares, _point(person, versions[0].id))
    return by_version.get(side, _for_everybody(versions, shares))


def pin_of(params: Mapping[str, ParamValue]) -> str:
    """Say which version somebody asks for; empty if none."""
    asked = str(params.get(VERSION, ""))
    return asked if _VERSION.fullmatch(asked) else ""


def without_pin(words: str) -> tuple[str, Mapping[str, ParamValue]]:
    """Take the version off a name, as `robot@1.0.0`; gives it as an option."""
    found = _NAMED.fullmatch(words.strip())
    return (found["effect"], {VERSION: found["version"]}) if found else (words, {})


def understood(ask: Ask) -> Ask:
    """Take out the version that an effect is named with, where the words begin if need be."""
    found = _BEGINS.match(ask.prompt if ask.effect is None else ask.effect)
    if found is None:
        return ask
    words = ask.prompt[found.end() :] if ask.effect is None else ask.prompt
    params = {**ask.params, VERSION: found[2]}
    return replace(ask, effect=found[1].lower(), prompt=words, params=params)


def _for_everybody(versions: Sequence[EffectCard], shares: Shares) -> EffectCard:
    everybody = [card for card in versions if shares.get(card.version, 0) >= 1]
    return [*everybody, *versions][0]


def _side(shares: Shares, point: float) -> str:
    """Say whose share a point lies in: the oldest begin at 0, the others end at 1."""
    end = 1.0
    for number, version in enumerate(sorted(shares, key=newness)):
        begin = end - shares[version]
        if point < shares[version] if number == 0 else begin <= point < end:
            return version
        if number:
            end = begin
    return ""


def _point(person: PersonId, effect: str) -> float:
    """Place somebody between 0 and 1, for each effect anew."""
    digest = hashlib.blake2s(f"{effect}:{person}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64
