"""What a button carries: at most 64 bytes, which name a thing and what to do with it.

Whoever presses is checked when they press; a button itself entitles nobody to anything.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from engine.jobs.catalogue import EffectCard

_CODE = re.compile(r"1:([a-z_]{1,12}):([\w-]{1,32})(?::([\w-]{1,12}))?", re.ASCII)


class Verb(StrEnum):
    """What pressing does; to a job, or to a draft."""

    AGAIN = "again"
    REMIX = "remix"
    OTHER = "other"
    HD = "hd"
    SHARE = "share"
    DETAILS = "details"
    REPORT = "report"
    DELETE = "delete"
    CANCEL = "cancel"
    CHOOSE = "choose"
    """Ask for what a job was asked for with, with another effect."""
    GET = "get"
    """Show a clip that could not be delivered, or where it is, in a message of its own."""

    PICK = "pick"
    """Make a draft with an effect."""
    PAGE = "page"
    """Turn to a page of effects for a draft."""
    TURN = "turn"
    """Turn an option of a draft to its next value."""
    GO = "go"
    """Make a draft as it is."""
    USE = "use"
    """Fill in what an effect needs; `about` may be a draft with photos, or a job to be changed."""
    FORM = "form"
    """What was filled in."""
    LANG = "lang"
    """Speak another language."""
    RULE = "rule"
    """Change one of a chat's rules."""
    FORGET = "forget"
    """Forget the person."""


@dataclass(frozen=True, slots=True)
class Code:
    """A button's meaning: `about` is a job's or a draft's id, `which` an effect or a number."""

    verb: Verb
    about: str
    which: str = ""

    def __str__(self) -> str:
        named = f"1:{self.verb}:{self.about}"
        return f"{named}:{self.which}" if self.which else named

    @classmethod
    def read(cls, data: str) -> Self | None:
        """Read a button; None if it is none of ours."""
        found = _CODE.fullmatch(data)
        if found is None or found[1] not in set(Verb):
            return None
        return cls(Verb(found[1]), found[2], found[3] or "")


def short_name(effect: str) -> str:
    """Name an effect in few characters, however long its id is."""
    return hashlib.blake2s(effect.encode(), digest_size=5).hexdigest()


def named(cards: Iterable[EffectCard], short: str) -> EffectCard | None:
    """Find the effect of a short name."""
    return next((card for card in cards if short_name(card.id) == short), None)
