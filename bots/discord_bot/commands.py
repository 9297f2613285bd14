"""What people can say with a slash, and do from the menus of messages and people."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands

from bots.desk.choosing import matching, suggested_options
from bots.desk.events import Picture
from bots.desk.orders import Orders
from bots.desk.turn import Turn
from bots.discord_api.handles import Interaction
from bots.discord_api.names import person_of
from bots.discord_api.pictures import pictures_in, pictures_of
from bots.discord_api.where import where_of
from bots.discord_bot.counter import Counter
from bots.discord_bot.gallery import Gallery
from bots.discord_bot.server_settings import Settings
from bots.errors import BotsError
from bots.texts.discord_menu import AVATAR_MENU, PHOTO_MENU, discord_commands
from bots.texts.forms_talk import FormsTalk
from bots.texts.languages import LANGUAGES, NAMES
from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard
from engine.jobs.refusal import Refusal, RefusalCode

_PLAIN = ("jobs", "cancel", "info", "privacy", "terms", "forgetme", "help", "optin")
_SUGGESTED = 25
_NAME = 100
_IN_TIME_S = 1.5
_AVATAR_PX = 1024

Command = app_commands.Command[Any, ..., None] | app_commands.ContextMenu


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """Makes them; what each does lies elsewhere."""

    counter: Counter
    orders: Orders
    gallery: Gallery
    settings: Settings

    def all(self) -> Sequence[Command]:
        """List them."""
        said = discord_commands(Texts.of("en"))
        return [
            self._effect(said),
            self._imagine(said),
            *self._shown(said),
            *(self._plain(name, said) for name in _PLAIN),
            self._lang(said),
            self._report(said),
            app_commands.ContextMenu(name=PHOTO_MENU, callback=self._photo_menu()),
            app_commands.ContextMenu(name=AVATAR_MENU, callback=self._avatar_menu()),
        ]

    def _effect(self, said: Mapping[str, str]) -> Command:
        @app_commands.describe(**_options(said, "effect"))
        @app_commands.autocomplete(effect=self._effects, options=self._effect_options)
        async def effect(
            interaction: Interaction,
            photo: discord.Attachment,
            effect: str,
            prompt: app_commands.Range[str, 0, 1000] = "",
            second_photo: discord.Attachment | None = None,
            options: str = "",
        ) -> None:
            photos = pictures_of([photo, second_photo] if second_photo else [photo])
            await self.counter.show(
                interaction,
                lambda turn: self.orders.make(turn, photos, effect, prompt, options),
            )

        return app_commands.Command(name="effect", description=said["effect"], callback=effect)

    def _imagine(self, said: Mapping[str, str]) -> Command:
        @app_commands.describe(**_options(said, "imagine"))
        async def imagine(
            interaction: Interaction,
            prompt: app_commands.Range[str, 1, 1000],
            photo: discord.Attachment | None = None,
        ) -> None:
            photos = pictures_of([photo] if photo else [])
            await self.counter.show(
                interaction, lambda turn: self.orders.imagine(turn, photos, prompt)
            )

        return app_commands.Command(name="imagine", description=said["imagine"], callback=imagine)

    def _shown(self, said: Mapping[str, str]) -> Sequence[Command]:
        async def effects(interaction: Interaction) -> None:
            await self.gallery.open(interaction)

        @app_commands.default_permissions(manage_guild=True)
        @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
        async def settings(interaction: Interaction) -> None:
            await self.settings.open(interaction)

        return [
            app_commands.Command(name=name, description=said[name], callback=callback)
            for name, callback in (("effects", effects), ("settings", settings))
        ]

    def _plain(self, name: str, said: Mapping[str, str]) -> Command:
        async def plain(interaction: Interaction) -> None:
            await self._say(interaction, name)

        return app_commands.Command(name=name, description=said[name], callback=plain)

    def _lang(self, said: Mapping[str, str]) -> Command:
        @app_commands.describe(**_options(said, "lang"))
        @app_commands.choices(
            language=[app_commands.Choice(name=NAMES[tag], value=tag) for tag in LANGUAGES]
        )
        async def lang(interaction: Interaction, language: str) -> None:
            await self._say(interaction, "lang", language)

        return app_commands.Command(name="lang", description=said["lang"], callback=lang)

    def _report(self, said: Mapping[str, str]) -> Command:
        @app_commands.describe(**_options(said, "report"))
        async def report(interaction: Interaction, message: str) -> None:
            async def tell(turn: Turn) -> None:
                said = await self.counter.desk.commands.report(turn.who, message, "")
                await self.counter.platform.say(turn.where, said)

            await self.counter.confide(interaction, tell)

        return app_commands.Command(name="report", description=said["report"], callback=report)

    def _photo_menu(self):
        async def photo(interaction: Interaction, message: discord.Message) -> None:
            pictures = pictures_in(message)
            await self.counter.confide(interaction, lambda turn: self.orders.offer(turn, pictures))

        return photo

    def _avatar_menu(self):
        async def avatar(interaction: Interaction, user: discord.User) -> None:
            if user.bot:
                await self.counter.refuse(interaction, Refusal(RefusalCode.AVATAR_OF_BOT))
                return
            avatar = user.display_avatar.replace(size=_AVATAR_PX, static_format="png")
            picture, whose = Picture(file=avatar.url), person_of(user).id
            await self.counter.confide(
                interaction,
                lambda turn: self.orders.offer_avatar(turn, picture, whose, user.display_name),
            )

        return avatar

    async def _say(self, interaction: Interaction, command: str, text: str = "") -> None:
        """Answer a command to who gave it alone."""
        await self.counter.confide(
            interaction, lambda turn: self.counter.desk.hear([turn.said(command, text)])
        )

    async def _effects(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest effects, with what each needs."""
        texts = await self.counter.texts(interaction)
        found = matching(await self._cards(interaction), current, texts)[:_SUGGESTED]
        return [
            app_commands.Choice(name=_suggested(texts, card), value=texts.title(card.title)[:_NAME])
            for card in found
        ]

    async def _effect_options(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest what can be set of the effect, after what is set already."""
        named = str(getattr(interaction.namespace, "effect", ""))
        suggested = suggested_options(await self._cards(interaction), named, current)
        return [
            app_commands.Choice(name=each[:_NAME], value=each[:_NAME])
            for each in suggested[:_SUGGESTED]
        ]

    async def _cards(self, interaction: Interaction) -> Sequence[EffectCard]:
        """List the effects that are on; nothing in time is nothing to suggest."""
        try:
            async with asyncio.timeout(_IN_TIME_S):
                return await self.counter.desk.asking.effects(where_of(interaction).place)
        except (TimeoutError, BotsError):
            return ()


def _suggested(texts: Texts, card: EffectCard) -> str:
    return f"{texts.title(card.title)} · {FormsTalk(texts).needs(card)}"[:_NAME]


def _options(said: Mapping[str, str], command: str) -> dict[str, str]:
    """Describe a command's options."""
    begin = f"{command}."
    return {
        name.removeprefix(begin): about for name, about in said.items() if name.startswith(begin)
    }
