"""Forms, as Discord draws them: modals, which are read from what comes back, in any process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import discord
from discord import ui

from bots.codes import Code
from bots.desk.events import Picture
from bots.desk.forms import PHOTOS, WORDS, Filled, Form
from bots.discord_api.handles import Interaction
from bots.texts.forms_talk import FormsTalk

MOST_PARTS = 5
_TITLE = 45
_WORDS = 1000
_FORGOTTEN_S = 900.0


def modal(code: Code, form: Form, talk: FormsTalk) -> ui.Modal:
    """Draw a form; it is known by its code when it comes back."""
    shown = ui.Modal(title=form.title[:_TITLE], custom_id=str(code), timeout=_FORGOTTEN_S)
    if form.photos:
        upload = ui.FileUpload[ui.Modal](
            custom_id=PHOTOS, min_values=form.photos, max_values=form.most_photos
        )
        label = talk.photos_wanted(form.photos, form.most_photos)
        shown.add_item(ui.Label(text=label, component=upload))
    if form.words is not None:
        words = ui.TextInput[ui.Modal](
            custom_id=WORDS,
            style=discord.TextStyle.paragraph,
            default=form.words[:_WORDS] or None,
            max_length=_WORDS,
            required=False,
        )
        shown.add_item(ui.Label(text=talk.words_wanted(), component=words))
    for choice in form.choices:
        listed = ui.Select[ui.Modal](custom_id=choice.name)
        for value, label in choice.values:
            listed.add_option(label=label, value=value, default=value == choice.chosen)
        shown.add_item(ui.Label(text=choice.label[:_TITLE], component=listed))
    # discord.py keeps every modal that has not been stopped, and this one is read by its code
    shown.stop()
    return shown


def filled_in(interaction: Interaction) -> tuple[Filled, list[Picture]]:
    """Read what somebody has filled in."""
    data: Mapping[str, Any] = dict(interaction.data or {})
    words, chosen, pictures = "", dict[str, str](), list[Picture]()
    files: Mapping[str, Any] = data.get("resolved", {}).get("attachments", {})
    for part in _parts(data):
        name, values = str(part["custom_id"]), part.get("values", [])
        if name == WORDS:
            words = str(part.get("value", ""))
        elif name == PHOTOS:
            pictures = [_picture(files[number]) for number in values if number in files]
        elif values:
            chosen[name] = str(values[0])
    return Filled(words=words.strip(), chosen=chosen), pictures


def values_of(interaction: Interaction) -> list[str]:
    """List what was picked of a list."""
    data: Mapping[str, Any] = dict(interaction.data or {})
    return [str(value) for value in data.get("values", [])]


def _parts(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for label in data.get("components", []):
        part = label.get("component")
        if part is not None:
            yield part


def _picture(file: Mapping[str, Any]) -> Picture:
    return Picture(file=str(file["url"]), bytes=int(file.get("size", 0)))
