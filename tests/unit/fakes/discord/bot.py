"""A small bot on the real discord.py, which the fake is tried with."""

from __future__ import annotations

import asyncio
import contextlib
import io
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import discord
import pytest
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.fakes.discord import FakeDiscord

Act = Callable[[discord.Interaction], Awaitable[object]]


class Again(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"again:(?P<n>\d+)"
):
    """A button that is known after a restart by what stands in its id."""

    def __init__(self, number: int) -> None:
        super().__init__(discord.ui.Button(label="Again", custom_id=f"again:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction,
        item: discord.ui.Item[discord.ui.View],
        match: re.Match[str],
    ) -> Again:
        return cls(int(match["n"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"again {self.number}")


class Entry(discord.ui.Modal, title="Enter"):
    """A dialogue with one field of each kind."""

    name = discord.ui.Label(text="Name", component=discord.ui.TextInput())
    kind = discord.ui.Label(
        text="Kind",
        component=discord.ui.Select(options=[discord.SelectOption(label="Robot", value="r")]),
    )
    photos = discord.ui.Label(text="Photos", component=discord.ui.FileUpload(max_values=2))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        name, kind, photos = (it.component for it in (self.name, self.kind, self.photos))
        assert isinstance(name, discord.ui.TextInput)
        assert isinstance(kind, discord.ui.Select)
        assert isinstance(photos, discord.ui.FileUpload)
        sizes = [len(await photo.read()) for photo in photos.values]
        await interaction.response.send_message(f"{name.value} {kind.values} {sizes}")


class Bot(discord.AutoShardedClient):
    """Does with the command "do" what the test says.

    Attributes:
        does: what that is.
        heard: the texts of messages.
    """

    def __init__(self, *, reads: bool = False, **options: object) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        intents.message_content = reads
        super().__init__(intents=intents, **options)  # pyright: ignore[reportArgumentType]
        self.tree = app_commands.CommandTree(self)
        self.does: Act = _pong
        self.heard: list[str] = []
        self.interactions: list[discord.Interaction] = []
        self.errors: list[Exception] = []
        for command in (_do, _effect, _remember, _face):
            self.tree.add_command(command)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait no five seconds before a second session, as discord.py does."""

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Again)
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message.content)


async def _pong(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("pong")


@app_commands.command(name="do")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def _do(interaction: discord.Interaction[Bot]) -> None:
    """Do what the test says."""
    interaction.client.interactions.append(interaction)
    try:
        await interaction.client.does(interaction)
    except discord.HTTPException as error:
        interaction.client.errors.append(error)


@app_commands.command(name="effect")
async def _effect(
    interaction: discord.Interaction, photo: discord.Attachment, effect: str, seconds: int = 4
) -> None:
    """Make a clip of a photo."""
    await interaction.response.defer(thinking=True)
    data = await photo.read()
    clip = discord.File(io.BytesIO(data[::-1]), "clip.mp4")
    view = discord.ui.View(timeout=None).add_item(Again(7))
    await interaction.edit_original_response(
        content=f"{effect} {seconds}", attachments=[clip], view=view
    )


@_effect.autocomplete("effect")
async def _effects(
    interaction: discord.Interaction, current: str
) -> list[app_commands.Choice[str]]:
    names = ["Robot", "Rose", "Morph"]
    return [app_commands.Choice(name=it, value=it.lower()) for it in names if current in it.lower()]


@app_commands.context_menu(name="Remember")
async def _remember(interaction: discord.Interaction, message: discord.Message) -> None:
    names = [file.filename for file in message.attachments]
    await interaction.response.send_message(f"{message.content} {names}", ephemeral=True)


@app_commands.context_menu(name="Face")
async def _face(interaction: discord.Interaction, user: discord.User) -> None:
    face = await user.display_avatar.read()
    await interaction.response.send_message(f"{user.display_name} {len(face)}")


def pointed_at(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let discord.py talk to the fake."""
    monkeypatch.setattr(Route, "BASE", fake.api_url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(fake.gateway_url))
    monkeypatch.setattr(discord.Asset, "BASE", fake.cdn_url)


@asynccontextmanager
async def a_bot(
    fake: FakeDiscord, *, reads: bool = False, **options: object
) -> AsyncGenerator[Bot]:
    """Run a bot that is ready; one that reads has the intent for what messages say."""
    async with Bot(reads=reads, guild_ready_timeout=0.05, **options) as bot:
        running = asyncio.create_task(bot.start(fake.token))
        ready = asyncio.create_task(bot.wait_until_ready())
        await asyncio.wait([running, ready], return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            await running
        try:
            yield bot
        finally:
            await bot.close()
            with contextlib.suppress(asyncio.CancelledError):
                await running
