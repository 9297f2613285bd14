"""The rules of a server, as its admins see and change them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import discord
from discord import ui

from bots.codes import Code, Verb
from bots.desk.panel import DAILY, EFFECTS, QUIET, ROLES, ROOMS, Option, Panel, RuleDesk
from bots.desk.turn import Turn, Work
from bots.discord_api.forms import filled_in
from bots.discord_api.handles import Interaction
from bots.discord_api.refusals import translated
from bots.discord_bot.counter import Counter
from bots.texts.forms_talk import FormsTalk
from bots.texts.rules_talk import RulesTalk
from bots.texts.talk import Talk
from bots.texts.texts import Texts

_HERE = "here"
_MOST = 25
_LABEL = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Shows and changes the rules."""

    counter: Counter
    rules: RuleDesk

    async def open(self, interaction: Interaction) -> None:
        """Show the rules."""

        async def show(turn: Turn) -> None:
            await _show(interaction, turn, await self.rules.panel(turn))

        await self.counter.confide(interaction, show)

    async def press(self, interaction: Interaction, code: Code, values: Sequence[str]) -> None:
        """Change a rule by a button or a list."""
        if code.which == QUIET:
            await interaction.response.send_modal(_quiet_form(str(interaction.locale)))
            return
        await self.counter.update(interaction, self._changing(interaction, code.which, values))

    async def submit(self, interaction: Interaction, code: Code) -> None:
        """Change a rule by what was filled in."""
        words = filled_in(interaction)[0].words
        await self.counter.update(interaction, self._changing(interaction, code.which, [words]))

    def _changing(self, interaction: Interaction, which: str, values: Sequence[str]) -> Work:
        async def change(turn: Turn) -> None:
            panel = await self.rules.change(turn, which, values)
            if panel is not None:
                await _show(interaction, turn, panel)
                return
            text = RulesTalk(turn.texts).not_understood()
            await self.counter.platform.confide(turn.where, turn.pressed, text)

        return change


async def _show(interaction: Interaction, turn: Turn, panel: Panel) -> None:
    with translated():
        await interaction.edit_original_response(content=panel.text, view=_drawn(turn.texts, panel))


def _drawn(texts: Texts, panel: Panel) -> ui.View:
    talk, view = Talk(texts), ui.View(timeout=None)
    view.add_item(
        ui.ChannelSelect(
            custom_id=_code(ROOMS),
            placeholder=talk.settings_rooms()[:_LABEL],
            channel_types=[discord.ChannelType.text, discord.ChannelType.forum],
            min_values=0,
            max_values=_MOST,
            default_values=[discord.Object(int(room)) for room in panel.rooms],
        )
    )
    view.add_item(
        ui.RoleSelect(
            custom_id=_code(ROLES),
            placeholder=talk.settings_roles()[:_LABEL],
            min_values=0,
            max_values=_MOST,
            default_values=[discord.Object(int(role)) for role in panel.roles],
        )
    )
    if panel.effects:
        view.add_item(_list(EFFECTS, talk.settings_effects(), panel.effects[:_MOST], least=0))
    view.add_item(_list(DAILY, talk.settings_daily(), panel.daily, least=1))
    for which, label in panel.switches:
        view.add_item(ui.Button(label=label, custom_id=_code(which)))
    view.stop()
    return view


def _list(which: str, label: str, options: Sequence[Option], *, least: int) -> ui.Select[ui.View]:
    """Draw a list: of one thing, or of as many as somebody likes, none included."""
    listed = ui.Select[ui.View](
        custom_id=_code(which),
        placeholder=label[:_LABEL],
        min_values=least,
        max_values=least or len(options),
    )
    for option in options:
        listed.add_option(label=option.label[:_LABEL], value=option.value, default=option.on)
    return listed


def _quiet_form(locale: str) -> ui.Modal:
    texts = Texts.of(locale)
    form = ui.Modal(title=Talk(texts).settings_quiet(), custom_id=_code(QUIET), timeout=60.0)
    hours = ui.TextInput[ui.Modal](custom_id="words", max_length=40, required=False)
    form.add_item(ui.Label(text=FormsTalk(texts).quiet_wanted(), component=hours))
    form.stop()
    return form


def _code(which: str) -> str:
    return str(Code(Verb.RULE, _HERE, which))
