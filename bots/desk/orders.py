"""Asks that say everything at once: commands with photos, menus, and forms that were filled in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bots.chat import PersonId
from bots.codes import Code
from bots.desk.asking import Asking, Wish
from bots.desk.choosing import options_in
from bots.desk.desk import Desk
from bots.desk.events import Picture, Said
from bots.desk.forms import Filled, changed
from bots.desk.turn import Turn
from bots.gallery import called
from bots.rollout import without_pin
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.errors import Refused
from engine.jobs.job import MediaKey
from engine.jobs.refusal import Refusal, RefusalCode

_NAMED = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Takes them; each raises Refused when it cannot be done."""

    desk: Desk

    async def make(
        self, turn: Turn, pictures: Sequence[Picture], effect: str, words: str, options: str
    ) -> None:
        """Make an effect of photos, or ask for the photo that is missing."""
        asking = self.desk.asking
        cards = await asking.studio.effects()
        card = called(cards, effect)
        if card is None:
            # who is not let in is told that instead, as the photos would tell
            await asking.studio.check_entry(turn.who, turn.where.as_place())
            if not cards:
                raise Refused(Refusal(RefusalCode.TRY_LATER))
            raise Refused(Refusal(RefusalCode.UNKNOWN_EFFECT, {"effect": effect[:_NAMED]}))
        keys = await self._taken(turn, pictures)
        if len(keys) < card.photos:
            draft = asking.begin(turn.who, turn.where, [turn.name], keys)
            await asking.await_photo(turn.who, turn.where, draft, card, None)
            return
        params = {**options_in(options), **without_pin(effect)[1]}
        wish = Wish(photos=keys, effect=card.id, words=words, params=params)
        await self._ask(turn, wish)

    async def imagine(self, turn: Turn, pictures: Sequence[Picture], words: str) -> None:
        """Make what words say."""
        await self._ask(turn, Wish(photos=await self._taken(turn, pictures), words=words))

    async def offer(self, turn: Turn, pictures: Sequence[Picture]) -> None:
        """Offer effects for the photos of a message."""
        if not pictures:
            raise Refused(Refusal(RefusalCode.NO_PHOTO_HERE))
        keys = await self._taken(turn, pictures)
        await self.desk.asking.offer(turn.who, turn.where, keys, [turn.name])

    async def offer_avatar(self, turn: Turn, picture: Picture, whose: PersonId, name: str) -> None:
        """Offer effects for an avatar: one's own, or that of somebody who has allowed it."""
        studio = self.desk.asking.studio
        if whose != turn.who.id and not await studio.shares_avatar(whose):
            raise Refused(Refusal(RefusalCode.AVATAR_NOT_SHARED, {"name": name[:_NAMED]}))
        keys, text = await self._taken(turn, [picture]), turn.talk.pick_for_avatar(name[:_NAMED])
        await self.desk.asking.offer_saying(turn.who, turn.where, keys, [turn.name], text)

    async def fill_in(
        self, turn: Turn, code: Code, filled: Filled, pictures: Sequence[Picture]
    ) -> None:
        """Ask for what a form says."""
        wish, card = await self.desk.recalling.begun(turn.who, turn.where, code)
        whole = changed(card, wish, filled)
        photos = (*whole.photos, *await self._taken(turn, pictures))[: max(card.photos_taken, 1)]
        await self._ask(turn, replace(whole, photos=photos))

    async def _ask(self, turn: Turn, wish: Wish) -> None:
        asking = self.desk.asking
        await asking.ask(turn.job(asking.name), turn.who, turn.where, wish)

    async def _taken(self, turn: Turn, pictures: Sequence[Picture]) -> tuple[MediaKey, ...]:
        photos = self.desk.photos
        return tuple([await photos.take(turn.who, turn.where, each) for each in pictures])


async def share_avatar(asking: Asking, said: Said) -> None:
    """Let others use one's avatar, or no more."""
    shares = not await asking.studio.shares_avatar(said.who.id)
    await asking.studio.share_avatar(said.who, shares)
    talk = Talk(Texts.of(said.who.language))
    await asking.replies.say(said.where, talk.shared_avatar(shares))
