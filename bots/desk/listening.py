"""What people send without a command: photos, albums, words, and both together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bots.chat import job_id
from bots.desk.asking import EFFECT, PHOTO, Asking, Wish
from bots.desk.events import Picture, Said
from bots.desk.photos import PhotoDesk
from bots.desk.remixing import Remixing
from bots.gallery import called
from bots.rollout import without_pin
from bots.store.drafts import Draft
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard
from engine.jobs.errors import Refused
from engine.jobs.job import JobId, MediaKey

_MOST_OF_AN_ALBUM = 10
_REMEMBERED = timedelta(hours=1)
"""After that a photo is a new beginning, whatever was picked before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Understands what people mean by what they send."""

    asking: Asking
    photos: PhotoDesk
    remixing: Remixing

    async def hear(self, album: Sequence[Said]) -> None:
        """Take a message, or the messages of one album.

        Raises:
            Refused: what it asks for cannot be done.
        """
        first = album[0]
        words = next((said.text for said in album if said.text), "")
        pictures = pictures_of(album)
        if not pictures and first.answered and words and (first.named or not first.where.is_group):
            pictures = [first.answered]
        if pictures:
            await self._see(first, pictures, words)
        elif first.unusable or first.hidden:
            talk = Talk(Texts.of(first.who.language))
            text = talk.no_picture() if first.unusable else talk.hidden_photo()
            await self.asking.replies.say(first.where, text)
        elif words and not await self.remixing.reword(first, words):
            await self._read(first, words)

    async def use(self, said: Said, pictures: Sequence[Picture], words: str) -> None:
        """Ask for what words say of pictures, or offer what there is for them.

        Raises:
            Refused: a picture is no good, or nothing fits the words.
        """
        keys = await self._taken(said, pictures)
        if not words:
            await self.asking.offer(said.who, said.where, keys, [said.message])
            return
        await self.wish(said, keys, words)

    async def wish(self, said: Said, keys: tuple[MediaKey, ...], words: str) -> None:
        """Ask for what words say of photos: the effect they name, or the nearest to them."""
        card = called(await self.asking.studio.effects(), words)
        _, pin = without_pin(words)
        if card is not None and 0 < len(keys) < card.photos:
            draft = self.asking.begin(said.who, said.where, [said.message], keys)
            begun = replace(draft, params=pin)
            await self.asking.await_photo(said.who, said.where, begun, card, None)
            return
        wish = Wish(photos=keys, words=words)
        if card is not None:
            wish = Wish(photos=keys, effect=card.id, params=pin)
        await self.asking.ask(job_of(self.asking.name, said), said.who, said.where, wish)

    async def _see(self, said: Said, pictures: Sequence[Picture], words: str) -> None:
        """Take pictures for the effect somebody has picked before, or as a new beginning."""
        draft = await self.asking.latest(said.who, said.where)
        if words or draft is None or draft.effect is None or not self._awaits_photo(draft):
            await self.use(said, pictures, words)
            return
        keys = await self._taken(said, pictures)
        card = await self._card(draft.effect)
        if card is None:
            await self.use(said, pictures, words)
            return
        more = replace(
            draft, photos=(*draft.photos, *keys)[: max(card.photos_taken, 1)], needs=EFFECT
        )
        await self.asking.drafts.put(more)
        fresh = replace(more, where=said.where.saved())
        await self.asking.pick(said.who, said.where, fresh, card, None)

    def _awaits_photo(self, draft: Draft) -> bool:
        age = self.asking.now() - draft.created
        return draft.needs == PHOTO and age < _REMEMBERED

    async def _read(self, said: Said, words: str) -> None:
        """Take words for the photo somebody has just sent, or for all there is."""
        if said.where.is_group and not said.named:
            return  # they answer a message of ours, but talk to each other
        if said.about is not None and await self._remake(said, said.about, words):
            return
        draft = await self.asking.latest(said.who, said.where)
        keys = draft.photos if draft is not None and draft.needs == EFFECT else ()
        await self.wish(said, keys, words)

    async def _remake(self, said: Said, about: JobId, words: str) -> bool:
        """Make another clip of the same photos as one of theirs; False if it is none."""
        asking = self.asking
        try:
            before = await asking.studio.recall(said.who, about)
        except Refused:
            return False
        card = await self._card(before.effect)
        named = called(await asking.studio.effects(), words)
        if named is None and card is not None and card.takes_prompt:
            wish = replace(Wish.of(before), words=words)
            await asking.ask(job_of(asking.name, said), said.who, said.where, wish)
        else:
            await self.wish(said, before.photos, words)
        return True

    async def _taken(self, said: Said, pictures: Sequence[Picture]) -> tuple[MediaKey, ...]:
        return tuple(
            [await self.photos.take(said.who, said.where, picture) for picture in pictures]
        )

    async def _card(self, effect: str) -> EffectCard | None:
        cards = await self.asking.studio.effects()
        return next((card for card in cards if card.id == effect), None)


def pictures_of(album: Sequence[Said]) -> list[Picture]:
    """List the pictures that were sent together."""
    sent = [picture for said in album for picture in said.pictures]
    return sent[:_MOST_OF_AN_ALBUM]


def job_of(name: str, said: Said) -> JobId:
    """Derive a job's id from the message that asks for it."""
    return job_id(name, said.message)
