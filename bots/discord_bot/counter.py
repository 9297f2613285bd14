"""What every interaction goes through: acknowledged before anything else, then carried out.

Whatever goes wrong after that becomes a sentence which only who asked can see.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace

from discord import ui

from bots.chat import MessageId
from bots.desk.desk import Desk
from bots.desk.turn import Turn, Work
from bots.desk.where import Where
from bots.discord_api.acknowledging import FAILURES, acknowledge
from bots.discord_api.begun import Begun
from bots.discord_api.handles import Interaction
from bots.discord_api.names import message_id, person_of
from bots.discord_api.permissions import check_permissions
from bots.discord_api.where import where_of
from bots.discord_bot.platform import DiscordPlatform
from bots.errors import BotsError
from bots.texts.texts import Texts
from engine.jobs.errors import JobsError, Refused
from engine.jobs.refusal import Refusal, RefusalCode

log = logging.getLogger(__name__)

_IN_TIME_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Where interactions are acknowledged and carried out."""

    desk: Desk
    platform: DiscordPlatform
    begun: Begun

    async def show(self, interaction: Interaction, work: Work) -> None:
        """Carry out what becomes a message that everybody sees."""
        acknowledged = await acknowledge(interaction, thinking=True)
        if acknowledged:
            where = where_of(interaction, answer=acknowledged)
            async with self.begun.noted(where):
                await self._carry_out(interaction, where, _with_permissions(interaction, work))

    async def confide(self, interaction: Interaction, work: Work) -> None:
        """Carry out what is answered to who asked alone."""
        acknowledged = await acknowledge(interaction, thinking=True, ephemeral=True)
        if acknowledged:
            where = where_of(interaction, answer=acknowledged, only_theirs=True)
            async with self.begun.noted(where):
                await self._carry_out(interaction, where, work)

    async def update(self, interaction: Interaction, work: Work, *, answers: bool = False) -> None:
        """Carry out what changes the message whose button was pressed, or becomes of it."""
        if await acknowledge(interaction, thinking=False) and interaction.message is not None:
            answer = interaction.message.id if answers else None
            await self._carry_out(interaction, where_of(interaction, answer=answer), work)

    async def texts(self, interaction: Interaction) -> Texts:
        """Speak as somebody has chosen, if that is known in time: no first answer can wait."""
        who = person_of(interaction.user, interaction.locale)
        try:
            async with asyncio.timeout(_IN_TIME_S):
                who = await self.desk.speaking(who)
        except (TimeoutError, BotsError) as error:
            log.info("the language of %s is not known: %s", who.id, error)
        return Texts.of(who.language)

    async def ask(self, interaction: Interaction, form: ui.Modal) -> None:
        """Have somebody fill a form in; that has to be the first answer."""
        try:
            await interaction.response.send_modal(form)
        except FAILURES as error:
            log.info("a form was not shown: %s", error)

    async def refuse(self, interaction: Interaction, refusal: Refusal) -> None:
        """Say why something cannot be done, to an interaction that is not acknowledged yet."""
        said = (await self.texts(interaction)).refused(refusal)
        try:
            await interaction.response.send_message(said, ephemeral=True)
        except FAILURES as error:
            log.info("a refusal was not said: %s", error)

    async def _carry_out(self, interaction: Interaction, where: Where, work: Work) -> None:
        turn = Turn(
            number=interaction.id,
            who=person_of(interaction.user, interaction.locale),
            where=where,
            pressed=_pressed(interaction),
        )
        try:
            with self.begun.under_way():
                turn = replace(turn, who=await self.desk.speaking(turn.who))
                await work(turn)
        except Refused as refused:
            await self._sorry(turn, refused.refusal)
        except (BotsError, JobsError) as error:
            log.warning("interaction %s is not carried out: %s", interaction.id, error)
            await self._sorry(turn, Refusal(RefusalCode.TRY_LATER))
        except Exception:
            log.exception("interaction %s is not carried out", interaction.id)
            await self._sorry(turn, Refusal(RefusalCode.TRY_LATER))

    async def _sorry(self, turn: Turn, refusal: Refusal) -> None:
        """Say why something cannot be done, with the effects that come nearest."""
        asking = self.desk.asking
        text, rows = await asking.apology(turn.who, turn.job(asking.name), refusal)
        try:
            await self.platform.confide(turn.where, turn.pressed, text, rows)
        except BotsError as error:
            log.info("a refusal was not said: %s", error)


def _pressed(interaction: Interaction) -> MessageId | None:
    message = interaction.message
    if message is None:
        return None
    return message_id(message.channel.id, message.id, interaction.id)


def _with_permissions(interaction: Interaction, work: Work) -> Work:
    async def checked(turn: Turn) -> None:
        check_permissions(interaction)
        await work(turn)

    return checked
