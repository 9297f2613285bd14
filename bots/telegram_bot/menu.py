"""What Telegram shows of the bot before anybody talks to it: commands and descriptions."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)

from bots.errors import BotsError
from bots.telegram_api.refusals import translated
from bots.texts.languages import LANGUAGES, SOURCE
from bots.texts.menu import command_descriptions, long_description, short_description
from bots.texts.texts import Texts

log = logging.getLogger(__name__)

PRIVATE = (
    "effects",
    "effect",
    "prompt",
    "jobs",
    "cancel",
    "again",
    "lang",
    "help",
    "privacy",
    "terms",
    "forgetme",
    "report",
)
GROUP = ("effect", "effects", "cancel", "report", "help")
ADMIN = (*GROUP, "rules")


async def announce(bot: Bot) -> None:
    """Tell Telegram our commands and descriptions, in every language; again is fine."""
    try:
        for language in LANGUAGES:
            await _announce_in(bot, language)
    except BotsError as error:
        log.warning("the bot's commands are not shown yet: %s", error)


async def _announce_in(bot: Bot, language: str) -> None:
    texts, code = Texts.of(language), None if language == SOURCE else language
    scopes: Sequence[tuple[BotCommandScope, Sequence[str]]] = (
        (BotCommandScopeAllPrivateChats(), PRIVATE),
        (BotCommandScopeAllGroupChats(), GROUP),
        (BotCommandScopeAllChatAdministrators(), ADMIN),
    )
    said = command_descriptions(texts)
    with translated():
        for scope, names in scopes:
            commands = [BotCommand(name, said[name]) for name in names]
            await bot.set_my_commands(commands, scope=scope, language_code=code)
        await bot.set_my_description(long_description(texts), language_code=code)
        await bot.set_my_short_description(short_description(texts), language_code=code)
