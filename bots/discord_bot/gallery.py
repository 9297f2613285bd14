"""The effects with their posters, a page at a time; only who asked sees it."""

from __future__ import annotations

import io
from dataclasses import dataclass

import discord

from bots.codes import Code
from bots.desk.keys import page_of
from bots.desk.recalling import GALLERY
from bots.desk.turn import Turn, Work
from bots.discord_api.gallery_page import gallery_page
from bots.discord_api.handles import Interaction
from bots.discord_api.refusals import translated
from bots.discord_bot.counter import Counter
from engine.jobs.catalogue import EffectCard
from engine.jobs.errors import JobsError
from engine.jobs.media.store import MediaStore

_ON_A_PAGE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """Shows what there is."""

    counter: Counter
    media: MediaStore

    async def open(self, interaction: Interaction) -> None:
        """Show the first page."""
        await self.counter.confide(interaction, self._shows(interaction, 0))

    async def turn(self, interaction: Interaction, code: Code) -> None:
        """Show another page in its place."""
        page = int(code.which) if code.which.isdecimal() else 0
        await self.counter.update(interaction, self._shows(interaction, page))

    def _shows(self, interaction: Interaction, page: int) -> Work:
        return lambda turn: self._show(interaction, turn, page)

    async def _show(self, interaction: Interaction, turn: Turn, page: int) -> None:
        cards = await self.counter.desk.asking.effects(turn.where.place)
        if not cards:
            await self.counter.platform.say(turn.where, turn.talk.no_effects())
            return
        shown, more = page_of(GALLERY, cards, turn.texts, page=page, most=_ON_A_PAGE)
        posters = [await self._poster(card) for card in shown]
        view = gallery_page(turn.texts, shown, posters, more)
        with translated():
            await interaction.edit_original_response(
                view=view, attachments=[poster for poster in posters if poster is not None]
            )

    async def _poster(self, card: EffectCard) -> discord.File | None:
        if card.poster is None:
            return None
        try:
            data = await self.media.get(card.poster)
        except JobsError:
            return None
        return discord.File(io.BytesIO(data), f"{card.id}.jpg")
