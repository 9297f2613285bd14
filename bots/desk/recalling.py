"""What a button is about: what was asked for, what somebody has begun, or an effect alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bots.chat import Person
from bots.codes import Code, named, short_name
from bots.desk.asking import Asking, Wish, is_draft
from bots.desk.where import Where
from bots.store.drafts import Draft
from engine.jobs.catalogue import EffectCard
from engine.jobs.errors import Refused
from engine.jobs.job import JobId
from engine.jobs.refusal import Refusal, RefusalCode

GALLERY = "gallery"
"""What a code is about that has only an effect."""


@dataclass(frozen=True, slots=True)
class Recalling:
    """Finds it again; each raises Refused where it is gone, not theirs, or made by nobody now."""

    asking: Asking

    async def begun(self, who: Person, where: Where, code: Code) -> tuple[Wish, EffectCard]:
        """Find what a code is about, with the effect it names."""
        if code.about == GALLERY:
            card = await self.card(code.which)
            return Wish(effect=card.id), card
        if is_draft(code.about) and code.which:
            draft, card = await self.draft(who, code.about), await self.card(code.which)
            return Wish(photos=draft.photos, effect=card.id, words=draft.prompt), card
        try:
            return await self._asked(who, code)
        except Refused as refused:
            if not code.which or refused.refusal.code is not RefusalCode.UNKNOWN_JOB:
                raise
        return await self._refused(who, where, await self.card(code.which))

    async def draft(self, who: Person, name: str) -> Draft:
        """Find what somebody has begun."""
        draft = await self.asking.drafts.get(name)
        if draft is None:
            raise Refused(Refusal(RefusalCode.PHOTO_GONE))
        if draft.person != who.id:
            raise Refused(Refusal(RefusalCode.NOT_YOURS))
        return draft

    async def card(self, short: str) -> EffectCard:
        """Find the effect of a short name."""
        card = named(await self.asking.studio.effects(), short)
        if card is None:
            raise Refused(Refusal(RefusalCode.NO_WORKER))
        return card

    async def _asked(self, who: Person, code: Code) -> tuple[Wish, EffectCard]:
        """Say what a job was asked for with; with another effect, its photos alone."""
        before = await self.asking.studio.recall(who, JobId(code.about))
        card = await self.card(code.which or short_name(before.effect))
        wish = Wish.of(before)
        if card.id != before.effect:
            wish = replace(wish, effect=card.id, words="", params=None)
        return wish, card

    async def _refused(
        self, who: Person, where: Where, card: EffectCard
    ) -> tuple[Wish, EffectCard]:
        """Take the photos that somebody has sent last: what was refused never became a job."""
        draft = await self.asking.latest(who, where)
        if draft is None:
            return Wish(effect=card.id), card
        return replace(Wish.of(draft), effect=card.id, params=None), card
