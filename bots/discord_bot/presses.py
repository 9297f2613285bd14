"""What pressing a button, picking from a list and sending a form in does.

Each is known by its code alone: it works after a restart, and in every process.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from typing import Any, Self

import discord
from discord import ui

from bots.codes import Code, Verb
from bots.desk.asking import Wish, is_draft
from bots.desk.forms import form_for
from bots.desk.orders import Orders
from bots.desk.recalling import GALLERY
from bots.desk.turn import Turn, Work
from bots.discord_api.forms import MOST_PARTS, filled_in, modal, values_of
from bots.discord_api.handles import Interaction
from bots.discord_api.names import person_of
from bots.discord_api.where import where_of
from bots.discord_bot.counter import Counter
from bots.discord_bot.gallery import Gallery
from bots.discord_bot.server_settings import Settings
from bots.errors import BotsError
from bots.texts.forms_talk import FormsTalk
from engine.jobs.catalogue import EffectCard
from engine.jobs.errors import JobsError, Refused
from engine.jobs.refusal import Refusal, RefusalCode

_IN_TIME_S = 2.0
"""A form has to be the first answer: what it needs from our stores is waited for no longer."""
_CHOOSING = frozenset({Verb.PICK, Verb.CHOOSE})
_SHOWN = frozenset({Verb.AGAIN, Verb.HD})
_CONFIDED = frozenset({Verb.DETAILS, Verb.REPORT, Verb.LANG, Verb.FORGET, Verb.OTHER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Presses:
    """Carries them out."""

    counter: Counter
    gallery: Gallery
    orders: Orders
    settings: Settings

    async def press(self, interaction: Interaction) -> None:
        """Carry out a press, or a pick from a list."""
        values = values_of(interaction)
        data = values[0] if values and Code.read(values[0]) else interaction.custom_id or ""
        code = Code.read(data)
        if code is None:
            await self.counter.refuse(interaction, Refusal(RefusalCode.UNKNOWN_JOB))
        elif code.verb is Verb.RULE:
            await self.settings.press(interaction, code, values)
        elif code.verb is Verb.PAGE and code.about == GALLERY:
            await self.gallery.turn(interaction, code)
        elif code.verb in (Verb.REMIX, Verb.USE):
            await self._open_form(interaction, code)
        else:
            await self._press(interaction, code)

    async def submit(self, interaction: Interaction) -> None:
        """Ask for what a form says."""
        code = Code.read(interaction.custom_id or "")
        if code is None:
            await self.counter.refuse(interaction, Refusal(RefusalCode.UNKNOWN_JOB))
        elif code.verb is Verb.RULE:
            await self.settings.submit(interaction, code)
        elif is_draft(code.about) and not _is_ephemeral(interaction):
            await self.counter.update(
                interaction, self._asked_with(interaction, code), answers=True
            )
        else:
            await self.counter.show(interaction, self._asked_with(interaction, code))

    async def _press(self, interaction: Interaction, code: Code) -> None:
        async def carry_out(turn: Turn) -> None:
            await self.counter.desk.press(turn.press(str(code)))

        if code.verb in _CHOOSING:
            await self._choose(interaction, code, carry_out)
        elif code.verb in _SHOWN:
            await self.counter.show(interaction, carry_out)
        elif code.verb in _CONFIDED or (code.verb is Verb.GET and _is_ephemeral(interaction)):
            await self.counter.confide(interaction, carry_out)
        else:
            answers = code.verb is Verb.GET
            await self.counter.update(interaction, carry_out, answers=answers)

    async def _choose(self, interaction: Interaction, code: Code, carry_out: Work) -> None:
        """Make an effect, or ask for the photos it needs if some are missing."""
        try:
            wish, card = await self._begun(interaction, code)
        except Refused:
            await self.counter.show(interaction, carry_out)  # fails in words
            return
        if len(wish.photos) < card.photos:
            await self._send_form(interaction, code, wish, card)
        else:
            await self.counter.show(interaction, carry_out)

    async def _open_form(self, interaction: Interaction, code: Code) -> None:
        try:
            wish, card = await self._begun(interaction, code)
        except Refused as refused:
            await self.counter.refuse(interaction, refused.refusal)
        else:
            await self._send_form(interaction, code, wish, card)

    async def _begun(self, interaction: Interaction, code: Code) -> tuple[Wish, EffectCard]:
        """Find what a press is about while there is time for a form.

        Raises:
            Refused: it is not to be had, or not in time.
        """
        recalling = self.counter.desk.recalling
        who, where = person_of(interaction.user), where_of(interaction)
        try:
            async with asyncio.timeout(_IN_TIME_S):
                return await recalling.begun(who, where, code)
        except (TimeoutError, BotsError, JobsError) as error:
            raise Refused(Refusal(RefusalCode.TRY_LATER)) from error

    async def _send_form(
        self, interaction: Interaction, code: Code, wish: Wish, card: EffectCard
    ) -> None:
        asked, texts = replace(code, verb=Verb.FORM), await self.counter.texts(interaction)
        form = form_for(texts, card, wish=wish, most=MOST_PARTS)
        if form.is_empty:
            await self.counter.show(interaction, self._asked_with(interaction, asked))
            return
        await self.counter.ask(interaction, modal(asked, form, FormsTalk(texts)))

    def _asked_with(self, interaction: Interaction, code: Code) -> Work:
        filled, pictures = filled_in(interaction)
        return lambda turn: self.orders.fill_in(turn, code, filled, pictures)


def _is_ephemeral(interaction: Interaction) -> bool:
    return interaction.message is not None and interaction.message.flags.ephemeral


class Press(ui.DynamicItem[ui.Item[Any]], template=re.compile(r"1:[a-z_]+:.*", re.ASCII)):
    """Any button or list of ours, however long ago it was sent."""

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003
        item: ui.Item[Any],
        match: re.Match[str],  # noqa: ARG003
        /,
    ) -> Self:
        """Take it as what it is."""
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Carry it out."""
        await interaction.client.presses.press(interaction)
