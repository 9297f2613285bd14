"""The rules that the admins of a group make for it."""

from __future__ import annotations

from dataclasses import dataclass

from bots.chat import MessageId, Person
from bots.codes import Code, Verb
from bots.desk.asking import Asking
from bots.desk.events import Said
from bots.desk.keys import Key, Rows
from bots.desk.where import Where
from bots.place_rules import PlaceRules
from bots.ruling import changed_by_press, changed_by_words
from bots.texts.rules_talk import RulesTalk, hours
from bots.texts.texts import Texts

_ABOUT = "here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """Shows and changes the rules of groups."""

    asking: Asking

    async def obey(self, said: Said) -> None:
        """Carry out /rules."""
        talk = RulesTalk(Texts.of(said.who.language))
        if not said.where.is_group:
            await self.asking.replies.say(said.where, talk.only_in_groups())
            return
        rules = await self.asking.places.rules(said.where.place)
        if said.text:
            if not await self.asking.runs(said.where, said.who):
                await self.asking.replies.say(said.where, talk.admins_change())
                return
            changed = changed_by_words(rules, said.text, await self.asking.studio.effects())
            if changed is None:
                await self.asking.replies.say(said.where, talk.not_understood())
            else:
                rules = changed
                await self.asking.places.set_rules(said.where.place, rules)
        await self.asking.replies.say(said.where, _page_text(talk, rules), _page_keys(talk, rules))

    async def press(self, who: Person, where: Where, message: MessageId, which: str) -> bool:
        """Change a rule by its button; False for somebody who may not."""
        if not await self.asking.runs(where, who):
            return False
        rules = changed_by_press(await self.asking.places.rules(where.place), which)
        await self.asking.places.set_rules(where.place, rules)
        talk = RulesTalk(Texts.of(who.language))
        await self.asking.replies.edit(
            where, message, _page_text(talk, rules), _page_keys(talk, rules)
        )
        return True


def _page_text(talk: RulesTalk, rules: PlaceRules) -> str:
    lines = (
        talk.effects(sorted(rules.effects) if rules.effects is not None else None),
        talk.quiet(hours(rules)),
    )
    return "\n\n".join((talk.rules(), "\n".join(lines)))


def _page_keys(talk: RulesTalk, rules: PlaceRules) -> Rows:
    labels = {"who": talk.who(rules.who == "admins"), "daily": talk.daily(rules.daily)}
    return [
        [Key(label=label, code=Code(Verb.RULE, _ABOUT, which))] for which, label in labels.items()
    ]
