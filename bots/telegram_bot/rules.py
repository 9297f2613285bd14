"""The rules that the admins of a group make for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bots.chat import Person
from bots.errors import BotsError
from bots.place_rules import PlaceRules
from bots.store.places import Places
from bots.studio import Studio
from bots.telegram_bot.codes import Code, Verb
from bots.telegram_bot.events import Said
from bots.telegram_bot.replies import Replies
from bots.telegram_bot.where import Where, user_of
from bots.telegram_bot.wire import Wire
from bots.texts.rules_talk import RulesTalk
from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard

_DAILY = (None, 1, 3, 10)
_QUIET = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)(?:\s*(?:utc)?\s*([+-]\d{1,2}))?")
_OFF = ("off", "none", "all")
_ABOUT = "here"
_OFFSETS_H = range(-12, 15)
"""What clocks anywhere are ahead of UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """Shows and changes the rules of groups."""

    studio: Studio
    places: Places
    replies: Replies
    wire: Wire

    async def obey(self, said: Said) -> None:
        """Carry out /rules."""
        talk = RulesTalk(Texts.of(said.who.language))
        if not said.where.is_group:
            await self.replies.say(said.where, talk.only_in_groups())
            return
        rules = await self.places.rules(said.where.place)
        if said.text:
            if not await self.may_rule(said.who, said.where):
                await self.replies.say(said.where, talk.admins_change())
                return
            changed = changed_by_words(rules, said.text, await self.studio.effects())
            if changed is None:
                await self.replies.say(said.where, talk.not_understood())
            else:
                rules = changed
                await self.places.set_rules(said.where.place, rules)
        await self.replies.say(said.where, _page_text(talk, rules), _page_keys(talk, rules))

    async def press(self, who: Person, where: Where, message: int, which: str) -> bool:
        """Change a rule by its button; False for somebody who may not."""
        if not await self.may_rule(who, where):
            return False
        rules = changed_by_press(await self.places.rules(where.place), which)
        await self.places.set_rules(where.place, rules)
        talk = RulesTalk(Texts.of(who.language))
        await self.replies.edit(where, message, _page_text(talk, rules), _page_keys(talk, rules))
        return True

    async def may_rule(self, who: Person, where: Where) -> bool:
        """Tell whether somebody runs a group."""
        try:
            return await self.wire.is_admin(where.chat, user_of(who.id))
        except BotsError:
            return False


def changed_by_press(rules: PlaceRules, which: str) -> PlaceRules:
    """Turn one rule to its next value."""
    if which == "who":
        return replace(rules, who="everyone" if rules.who == "admins" else "admins")
    if which == "daily":
        place = _DAILY.index(rules.daily) if rules.daily in _DAILY else 0
        return replace(rules, daily=_DAILY[(place + 1) % len(_DAILY)])
    if which == "quiet":
        return replace(rules, quiet=None)
    return replace(rules, effects=None) if which == "effects" else rules


def changed_by_words(
    rules: PlaceRules, words: str, cards: tuple[EffectCard, ...]
) -> PlaceRules | None:
    """Read a rule as somebody writes it; None if it is not understood."""
    name, _, value = words.lower().partition(" ")
    value = value.strip()
    if name == "who" and value in ("everyone", "admins"):
        return replace(rules, who="admins" if value == "admins" else "everyone")
    if name == "daily":
        return _daily(rules, value)
    if name == "quiet":
        return _quiet(rules, value)
    if name == "effects":
        return _effects(rules, value, cards)
    return None


def _daily(rules: PlaceRules, value: str) -> PlaceRules | None:
    if value in _OFF:
        return replace(rules, daily=None)
    return replace(rules, daily=int(value)) if value.isdecimal() and len(value) < 5 else None


def _quiet(rules: PlaceRules, value: str) -> PlaceRules | None:
    if value in _OFF:
        return replace(rules, quiet=None)
    found = _QUIET.fullmatch(value)
    if found is None:
        return None
    hours = [int(part) for part in found.groups()[:4]]
    if max(hours[0], hours[2]) > 23 or max(hours[1], hours[3]) > 59:
        return None
    offset_h = int(found[5] or 0)
    if offset_h not in _OFFSETS_H:
        return None
    quiet = (60 * hours[0] + hours[1], 60 * hours[2] + hours[3])
    return replace(rules, quiet=quiet, utc_offset=60 * offset_h)


def _effects(rules: PlaceRules, value: str, cards: tuple[EffectCard, ...]) -> PlaceRules | None:
    if value in _OFF:
        return replace(rules, effects=None)
    named = frozenset(re.split(r"[\s,]+", value))
    known = named & {card.id for card in cards}
    return replace(rules, effects=known) if known and known == named else None


def _page_text(talk: RulesTalk, rules: PlaceRules) -> str:
    lines = (
        talk.effects(sorted(rules.effects) if rules.effects is not None else None),
        _hours(talk, rules),
    )
    return "\n\n".join((talk.rules(), "\n".join(lines)))


def _hours(talk: RulesTalk, rules: PlaceRules) -> str:
    if rules.quiet is None:
        return talk.quiet(None)
    start, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in rules.quiet)
    return talk.quiet({"start": start, "end": end, "offset": f"{rules.utc_offset // 60:+d}"})


def _page_keys(talk: RulesTalk, rules: PlaceRules) -> InlineKeyboardMarkup:
    labels = {"who": talk.who(rules.who == "admins"), "daily": talk.daily(rules.daily)}
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(label, callback_data=str(Code(Verb.RULE, _ABOUT, which)))]
            for which, label in labels.items()
        ]
    )
