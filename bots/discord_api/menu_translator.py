"""Discord shows commands in the language of each person's program, and asks for that once."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bots.texts.discord_menu import discord_commands, discord_names
from bots.texts.texts import Texts


class MenuTranslator(app_commands.Translator):
    """Names and describes commands in the languages there are."""

    async def translate(
        self,
        string: app_commands.locale_str,  # noqa: ARG002
        locale: discord.Locale,
        context: app_commands.TranslationContext[Any, Any],
    ) -> str | None:
        """Say it in a language, if there is another word for it there."""
        texts = Texts.of(str(locale))
        if not str(locale).startswith(texts.language) or texts.language == "en":
            return None
        place, named = context.location, _key(context.data)
        if place.name.endswith("_name"):
            return discord_names(texts).get(named)
        if place.name.endswith("_description"):
            return discord_commands(texts).get(named)
        return None


def _key(data: Any) -> str:
    command = getattr(data, "command", None)
    return f"{command.name}.{data.name}" if command is not None else str(data.name)
