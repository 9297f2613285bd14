"""Rows of keys, as Discord draws them: buttons, or one list for effects to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import ui

from bots.codes import Code, Verb
from bots.desk.keys import Key, Rows

_ACROSS = 5
_ROWS = 5
_LABEL = 80
_IN_A_LIST = 100
_LINK = 512
_ELSEWHERE = frozenset({Verb.SHARE})
"""What Discord does by itself."""
_STYLES: Mapping[Verb, discord.ButtonStyle] = {
    Verb.AGAIN: discord.ButtonStyle.primary,
    Verb.GET: discord.ButtonStyle.primary,
    Verb.GO: discord.ButtonStyle.primary,
    Verb.FORGET: discord.ButtonStyle.danger,
}


def drawn(rows: Rows) -> ui.View:
    """Draw rows; whoever presses is heard by what the keys carry, not by this view."""
    view = ui.View(timeout=None)
    keys = [key for row in rows for key in row if not _is_elsewhere(key)]
    effects = [key for key in keys if key.code is not None and key.code.verb is Verb.PICK]
    if effects:
        view.add_item(_list(effects))
    others = [key for key in keys if key not in effects][: _ACROSS * (_ROWS - bool(effects))]
    for key in others:
        view.add_item(button(key))
    # discord.py keeps every view that has not been stopped
    view.stop()
    return view


def with_long_links(text: str, rows: Rows) -> tuple[str, Rows]:
    """Write out links that are too long for a button."""
    keys = [key for row in rows for key in row]
    long = [key for key in keys if key.url is not None and len(key.url) > _LINK]
    lines = [f"[{key.label}]({key.url})" for key in long]
    return "\n".join([text, *lines]), [[key for key in row if key not in long] for row in rows]


def button(key: Key) -> ui.Button[Any]:
    """Draw one key."""
    label = key.label[:_LABEL]
    if key.code is None:
        return ui.Button(label=label, url=key.url)
    style = _STYLES.get(key.code.verb, discord.ButtonStyle.secondary)
    return ui.Button(label=label, custom_id=str(key.code), style=style)


def _is_elsewhere(key: Key) -> bool:
    return key.code is not None and key.code.verb in _ELSEWHERE


def _list(keys: Sequence[Key]) -> ui.Select[ui.View]:
    """Draw keys that choose among effects as a list; each option carries its key's code."""
    codes = [key.code for key in keys if key.code is not None]
    return ui.Select(
        custom_id=str(Code(Verb.PICK, codes[0].about)),
        options=[
            discord.SelectOption(label=key.label[:_IN_A_LIST], value=str(code))
            for key, code in zip(keys, codes, strict=True)
        ],
    )
