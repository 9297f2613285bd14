"""The rules that the admins of a group make for it."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bots.chat import Person
from bots.codes import Code, Verb
from bots.errors import BotsError
from bots.place_rules import PlaceRules
from bots.ruling import changed_by_press, changed_by_words
from bots.store.places import Places
from bots.studio import Studio
from bots.telegram_bot.events import Said
from bots.telegram_bot.replies import Replies
from bots.telegram_bot.where import Where, user_of
from bots.telegram_bot.wire import Wire
from bots.texts.rules_talk import RulesTalk
from bots.texts.texts import Texts

_ABOUT = "here"


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
