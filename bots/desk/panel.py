"""The rules of a place as a panel: all of them at once, each changed by a list or a switch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bots.codes import short_name
from bots.desk.asking import Asking
from bots.desk.turn import Turn
from bots.place_rules import PlaceRules
from bots.ruling import (
    changed_by_press,
    changed_by_words,
    with_daily,
    with_roles,
    with_rooms,
    with_some_effects,
)
from bots.texts.rules_talk import RulesTalk, hours
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard
from engine.jobs.errors import Refused
from engine.jobs.refusal import Refusal, RefusalCode

ROOMS, ROLES, EFFECTS, DAILY = "rooms", "roles", "effects", "daily"
WHO, QUIET, SPOILER = "who", "quiet", "spoiler"
UNLIMITED = "0"
_DAILY = (UNLIMITED, "1", "3", "5", "10", "20", "50")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of what can be picked in a list; `on` when it holds now."""

    label: str
    value: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What the rules are, in words and as what can be picked.

    `rooms` and `roles` are those picked; the platform knows which there are.
    """

    text: str
    rooms: Sequence[str]
    roles: Sequence[str]
    effects: Sequence[Option]
    daily: Sequence[Option]
    switches: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDesk:
    """Shows and changes the rules; only admins may."""

    asking: Asking

    async def panel(self, turn: Turn) -> Panel:
        """Show the rules of where somebody is.

        Raises:
            Refused: NOT_AN_ADMIN.
        """
        rules, cards = await self._found(turn)
        return _panel(turn.texts, rules, cards)

    async def change(
        self, turn: Turn, which: str, values: Sequence[str], listed: Sequence[str]
    ) -> Panel | None:
        """Change one rule, and show them all; None if what was written is not understood.

        `listed` are those that `values` could be picked of. Effects may be in several lists,
        `effects-0` and so on.

        Raises:
            Refused: NOT_AN_ADMIN.
        """
        rules, cards = await self._found(turn)
        changed = _changed(rules, which.partition("-")[0], values, listed, cards)
        if changed is None:
            return None
        await self.asking.places.set_rules(turn.where.place, changed)
        return _panel(turn.texts, changed, cards)

    async def _found(self, turn: Turn) -> tuple[PlaceRules, Sequence[EffectCard]]:
        """Find the rules, for an admin, and the effects there are."""
        if not await self.asking.runs(turn.where, turn.who):
            raise Refused(Refusal(RefusalCode.NOT_AN_ADMIN))
        rules = await self.asking.places.rules(turn.where.place)
        return rules, await self.asking.studio.effects()


def _changed(
    rules: PlaceRules,
    which: str,
    values: Sequence[str],
    listed: Sequence[str],
    cards: Sequence[EffectCard],
) -> PlaceRules | None:
    if which == ROOMS:
        return with_rooms(rules, values)
    if which == ROLES:
        return with_roles(rules, values)
    if which == EFFECTS:
        known = {short_name(card.id): card.id for card in cards}
        picked, could = ({known[it] for it in some if it in known} for some in (values, listed))
        return with_some_effects(rules, picked, could, known.values())
    if which == DAILY:
        limit = values[0] if values else UNLIMITED
        return with_daily(rules, int(limit) if limit.isdecimal() and int(limit) else None)
    if which == QUIET:
        return changed_by_words(rules, f"{QUIET} {' '.join(values) or 'off'}", tuple(cards))
    return changed_by_press(rules, which)


def _panel(texts: Texts, rules: PlaceRules, cards: Sequence[EffectCard]) -> Panel:
    talk, ruling = Talk(texts), RulesTalk(texts)
    on, now = rules.effects or frozenset(), str(rules.daily or UNLIMITED)
    return Panel(
        text=f"{talk.settings_title()}\n{ruling.quiet(hours(rules))}",
        rooms=sorted(rules.rooms or ()),
        roles=sorted(rules.roles or ()),
        effects=[
            Option(label=texts.title(card.title), value=short_name(card.id), on=card.id in on)
            for card in sorted(cards, key=lambda card: texts.title(card.title).casefold())
        ],
        daily=[
            Option(label=ruling.daily(int(number) or None), value=number, on=number == now)
            for number in dict.fromkeys((*_DAILY, now))
        ],
        switches=(
            (WHO, ruling.who(rules.who == "admins")),
            (QUIET, talk.settings_quiet()),
            (SPOILER, talk.settings_spoiler(rules.spoiler)),
        ),
    )
