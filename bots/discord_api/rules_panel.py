"""The rules of a server, as Discord draws them."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bots.codes import Code, Verb
from bots.desk.panel import DAILY, EFFECTS, QUIET, ROLES, ROOMS, Option, Panel
from bots.texts.forms_talk import FormsTalk
from bots.texts.talk import Talk
from bots.texts.texts import Texts

_HERE = "here"
_MOST = 25
_LABEL = 100


def rules_panel(texts: Texts, panel: Panel) -> ui.View:
    """Draw what can be chosen and switched."""
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


def quiet_form(texts: Texts) -> ui.Modal:
    """Draw the form that asks for quiet hours."""
    form = ui.Modal(title=Talk(texts).settings_quiet(), custom_id=_code(QUIET), timeout=60.0)
    hours = ui.TextInput[ui.Modal](custom_id="words", max_length=40, required=False)
    form.add_item(ui.Label(text=FormsTalk(texts).quiet_wanted(), component=hours))
    form.stop()
    return form


def _code(which: str) -> str:
    return str(Code(Verb.RULE, _HERE, which))
