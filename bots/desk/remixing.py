"""Changing what a clip is made with: its options by pressing, its words by replying."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bots.chat import MessageId, Person, job_id
from bots.codes import Code, Verb
from bots.desk.asking import EFFECT, Asking, Wish, draft_id
from bots.desk.events import Said
from bots.desk.forms import value_name
from bots.desk.keys import Key, Rows
from bots.desk.where import Where
from bots.options import next_value
from bots.store.drafts import Draft
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard, ParamCard
from engine.jobs.errors import Refused
from engine.jobs.job import Job, ParamValue
from engine.jobs.refusal import Refusal, RefusalCode

REMIX = "remix"
"""What the draft of a clip that is being changed needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remixing:
    """Turns the options of a draft."""

    asking: Asking

    async def begin(self, who: Person, where: Where, job: Job, press: str) -> None:
        """Offer to change what a job was made with."""
        card = await self._card(job.effect)
        draft = Draft(
            id=draft_id(self.asking.name, REMIX, press),
            bot=self.asking.name,
            person=who.id,
            place=where.place,
            photos=job.photos,
            prompt=job.prompt,
            effect=job.effect,
            params=job.options,
            format=job.format,
            needs=REMIX,
            where=where.saved(),
            created=self.asking.now(),
        )
        texts = Texts.of(who.language)
        message = await self.asking.replies.say(
            where, _text(texts, card), _page(texts, card, draft)
        )
        if message is not None:
            draft = replace(draft, where={**draft.where, "turn_into": message})
        await self.asking.drafts.put(draft)

    async def turn(
        self, who: Person, where: Where, draft: Draft, option: str, message: MessageId
    ) -> None:
        """Give an option its next value."""
        card = await self._card(draft.effect or "")
        param = _param(card, option)
        value = draft.params.get(param.name, param.default)
        turned = replace(draft, params={**draft.params, param.name: next_value(param, value)})
        await self.asking.drafts.put(turned)
        texts = Texts.of(who.language)
        await self.asking.replies.edit(
            where, message, _text(texts, card), _page(texts, card, turned)
        )

    async def make(
        self, who: Person, where: Where, draft: Draft, message: MessageId | None
    ) -> None:
        """Ask for a draft as it is now; as often as it is changed.

        Raises:
            Refused: it cannot be done.
        """
        changed = [f"{name}={draft.params[name]}" for name in sorted(draft.params)]
        job = job_id(self.asking.name, REMIX, draft.id, draft.prompt, *changed)
        await self.asking.ask(job, who, replace(where, turn_into=message), Wish.of(draft))

    async def reword(self, said: Said, words: str) -> bool:
        """Take words for a clip that is being changed, if they answer the message about it."""
        draft = await self.asking.latest(said.who, said.where)
        if draft is None or draft.needs != REMIX or said.answered_message is None:
            return False
        if draft.where.get("turn_into") != said.answered_message:
            return False
        reworded = replace(draft, prompt=words, needs=EFFECT)
        await self.asking.drafts.put(reworded)
        await self.make(said.who, said.where, reworded, None)
        return True

    async def _card(self, effect: str) -> EffectCard:
        for card in await self.asking.studio.effects():
            if card.id == effect:
                return card
        raise Refused(Refusal(RefusalCode.UNKNOWN_EFFECT, {"effect": effect}))


def _text(texts: Texts, card: EffectCard) -> str:
    talk, title = Talk(texts), texts.title(card.title)
    return talk.remix_words(title) if card.takes_prompt else talk.remix(title)


def _page(texts: Texts, card: EffectCard, draft: Draft) -> Rows:
    options = [
        Key(
            label=_label(texts, param, draft.params.get(param.name, param.default)),
            code=Code(Verb.TURN, draft.id, str(number)),
        )
        for number, param in enumerate(card.params)
    ]
    make = Key(label=Talk(texts).make_it(), code=Code(Verb.GO, draft.id))
    return [*([option] for option in options), [make]]


def _label(texts: Texts, param: ParamCard, value: ParamValue) -> str:
    return f"{texts.title(param.label)}: {value_name(texts, param, value)}"


def _param(card: EffectCard, option: str) -> ParamCard:
    if option.isdecimal() and int(option) < len(card.params):
        return card.params[int(option)]
    raise Refused(Refusal(RefusalCode.UNKNOWN_EFFECT, {"effect": card.id}))
