"""The rules of a server, as Discord draws them."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bots.codes import Code, Verb
from bots.desk.panel import DAILY, EFFECTS, QUIET, ROLES, ROOMS, Option, Panel
from bots.discord_api.handles import Interaction
from bots.discord_api.refusals import translated
from bots.texts.forms_talk import FormsTalk
from bots.texts.rules_talk import RulesTalk
from bots.texts.talk import Talk
from bots.texts.texts import Texts

_HERE = "here"
_MOST = 25
_MOST_LISTS = 14
"""Of effects: of the 40 parts that a message has, 11 are for the rest, and a list takes two."""
_LABEL = 100


async def show_rules(interaction: Interaction, texts: Texts, panel: Panel) -> None:
    """Show the rules in what answers an interaction, or in the message it came from."""
    with translated():
        # words outside of the view are from before there were too many effects for one list
        await interaction.edit_original_response(content=None, view=rules_panel(texts, panel))


def rules_panel(texts: Texts, panel: Panel) -> ui.LayoutView:
    """Draw what can be chosen and switched."""
    shown, left = panel.effects[: _MOST * _MOST_LISTS], panel.effects[_MOST * _MOST_LISTS :]
    text = f"{panel.text}\n{RulesTalk(texts).effects_beyond(len(left))}" if left else panel.text
    daily = _list(DAILY, Talk(texts).settings_daily(), panel.daily, least=1)
    switches = [ui.Button(label=label, custom_id=_code(it)) for it, label in panel.switches]
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(text))
    for listed in (_rooms(texts, panel), _roles(texts, panel), *_effects(texts, shown), daily):
        view.add_item(ui.ActionRow(listed))
    view.add_item(ui.ActionRow(*switches))
    view.stop()
    return view


def listed(interaction: Interaction) -> Sequence[str]:
    """List what could be picked where somebody has picked something."""
    rows = interaction.message.components if interaction.message is not None else ()
    return [
        option.value
        for row in rows
        if isinstance(row, discord.ActionRow)
        for part in row.children
        if isinstance(part, discord.SelectMenu) and part.custom_id == interaction.custom_id
        for option in part.options
    ]


def _rooms(texts: Texts, panel: Panel) -> ui.ChannelSelect[ui.LayoutView]:
    return ui.ChannelSelect(
        custom_id=_code(ROOMS),
        placeholder=Talk(texts).settings_rooms()[:_LABEL],
        channel_types=[discord.ChannelType.text, discord.ChannelType.forum],
        min_values=0,
        max_values=_MOST,
        default_values=[discord.Object(int(room)) for room in panel.rooms],
    )


def _roles(texts: Texts, panel: Panel) -> ui.RoleSelect[ui.LayoutView]:
    return ui.RoleSelect(
        custom_id=_code(ROLES),
        placeholder=Talk(texts).settings_roles()[:_LABEL],
        min_values=0,
        max_values=_MOST,
        default_values=[discord.Object(int(role)) for role in panel.roles],
    )


def _effects(texts: Texts, effects: Sequence[Option]) -> list[ui.Select[ui.LayoutView]]:
    """Draw as many lists of effects as they need."""
    if len(effects) <= _MOST:
        label = Talk(texts).settings_effects()
        return [_list(EFFECTS, label, effects, least=0)] if effects else []
    parts = [effects[start : start + _MOST] for start in range(0, len(effects), _MOST)]
    return [
        _list(f"{EFFECTS}-{number}", _span(texts, part), part, least=0)
        for number, part in enumerate(parts)
    ]


def _span(texts: Texts, options: Sequence[Option]) -> str:
    return RulesTalk(texts).effects_between(options[0].label, options[-1].label)


def _list(
    which: str, label: str, options: Sequence[Option], *, least: int
) -> ui.Select[ui.LayoutView]:
    """Draw a list: of one thing, or of as many as somebody likes, none included."""
    drawn = ui.Select[ui.LayoutView](
        custom_id=_code(which),
        placeholder=label[:_LABEL],
        min_values=least,
        max_values=least or len(options),
    )
    for option in options:
        drawn.add_option(label=option.label[:_LABEL], value=option.value, default=option.on)
    return drawn


def quiet_form(texts: Texts) -> ui.Modal:
    """Draw the form that asks for quiet hours."""
    form = ui.Modal(title=Talk(texts).settings_quiet(), custom_id=_code(QUIET), timeout=60.0)
    hours = ui.TextInput[ui.Modal](custom_id="words", max_length=40, required=False)
    form.add_item(ui.Label(text=FormsTalk(texts).quiet_wanted(), component=hours))
    form.stop()
    return form


def _code(which: str) -> str:
    return str(Code(Verb.RULE, _HERE, which))
