"""A page of effects with their posters, as Discord draws it."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bots.codes import Code, Verb, short_name
from bots.desk.keys import Key
from bots.desk.recalling import GALLERY
from bots.discord_api.drawing import button
from bots.texts.forms_talk import FormsTalk
from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard


def gallery_page(
    texts: Texts,
    cards: Sequence[EffectCard],
    posters: Sequence[discord.File | None],
    more: Key | None,
) -> ui.LayoutView:
    """Draw effects below each other, each with a button that asks for what it needs."""
    view = ui.LayoutView(timeout=None)
    box = ui.Container[ui.LayoutView](ui.TextDisplay(f"## {FormsTalk(texts).gallery()}"))
    for card, poster in zip(cards, posters, strict=True):
        box.add_item(ui.Separator())
        box.add_item(_section(texts, card, poster))
        use = Code(Verb.USE, GALLERY, short_name(card.id))
        label = FormsTalk(texts).use(texts.title(card.title))
        box.add_item(ui.ActionRow(button(Key(label=label, code=use))))
    if more is not None:
        box.add_item(ui.Separator())
        box.add_item(ui.ActionRow(button(more)))
    view.add_item(box)
    view.stop()
    return view


def _section(
    texts: Texts, card: EffectCard, poster: discord.File | None
) -> ui.Section[ui.LayoutView] | ui.TextDisplay[ui.LayoutView]:
    needs = FormsTalk(texts).needs(card)
    text = f"### {texts.title(card.title)}\n{texts.title(card.summary)}\n-# {needs}"
    if poster is None:
        return ui.TextDisplay(text)
    return ui.Section(text, accessory=ui.Thumbnail(poster, description=texts.title(card.title)))
