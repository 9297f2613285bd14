"""What people ask the bot by commands, buttons and dialogues."""

from __future__ import annotations

import discord
import pytest

from tests.fakes.discord import Channel, FakeDiscord, Person, Upload
from tests.fakes.discord.interactions import MODAL
from tests.unit.fakes.discord.bot import Again, Bot, Entry, a_bot


async def test_a_command_with_a_photo_is_deferred_and_becomes_a_clip(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel, jpeg: bytes
) -> None:
    asked = await fake.slash(ann, room, "effect", photo=jpeg, effect="robot", seconds=5)
    await fake.until(lambda: asked.original and asked.original.files)
    assert asked.original is not None
    assert asked.response_type == 5
    assert asked.acknowledged_s is not None
    assert asked.acknowledged_s < 3
    assert asked.original.files == {"clip.mp4": jpeg[::-1]}
    assert asked.original.content == "robot 5"
    assert asked.original.edited
    assert room.from_bot == [asked.original]
    assert [call.route for call in fake.requests][-2:] == ["cdn", "edit_original"]


async def test_a_command_takes_only_what_is_defined(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel, jpeg: bytes
) -> None:
    for command, options in (
        ("nothing", {}),
        ("effect", {"effect": "robot"}),
        ("effect", {"photo": "a text", "effect": "robot"}),
        ("effect", {"photo": jpeg, "effect": "robot", "colour": "red"}),
        ("effect more", {"photo": jpeg, "effect": "robot"}),
    ):
        with pytest.raises(AssertionError):
            await fake.slash(ann, room, command, **options)


async def test_a_subcommand_is_found_by_its_path(
    fake: FakeDiscord, ann: Person, room: Channel
) -> None:
    heard: list[object] = []
    group = discord.app_commands.Group(name="challenge", description="Contests.")

    @group.command(name="new")
    async def new(interaction: discord.Interaction, title: str) -> None:
        """Open one."""
        heard.append(interaction.data)
        await interaction.response.send_message(title)

    async with a_bot(fake) as bot:
        bot.tree.add_command(group)
        await bot.tree.sync()
        asked = await fake.slash(ann, room, "challenge new", title="Robots")
        await fake.until(lambda: asked.original)
    assert room.last.text == "Robots"


async def test_the_option_that_is_being_written_gets_suggestions(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    suggested = await fake.suggestions(ann, room, "effect", effect="ro")
    assert suggested == [("Robot", "robot"), ("Rose", "rose")]


async def test_a_menu_of_a_message_shows_the_bot_what_it_could_not_read(
    fake: FakeDiscord, bot: Bot, ann: Person, bob: Person, room: Channel, jpeg: bytes
) -> None:
    said = room.send(ann, "me", files={"me.jpg": jpeg})
    asked = await fake.menu(bob, "Remember", said)
    answer = await fake.until(lambda: asked.original)
    assert answer.text == "me ['me.jpg']"
    assert (asked.is_ephemeral, answer.for_) == (True, bob)
    assert answer in fake.sees(bob, room)
    assert answer not in fake.sees(ann, room)
    assert room.messages == [said]
    await fake.until(lambda: bot.heard == [""])


async def test_a_menu_of_a_person_gives_their_face(
    fake: FakeDiscord, bot: Bot, ann: Person, bob: Person, room: Channel, jpeg: bytes
) -> None:
    bob.avatar = jpeg
    asked = await fake.user_menu(ann, room, "Face", bob)
    answer = await fake.until(lambda: asked.original)
    assert answer.text == f"Bob {len(jpeg)}"
    asked = await fake.user_menu(bob, room, "Face", ann)
    assert (await fake.until(lambda: asked.original)).text.startswith("Ann ")


async def test_a_button_is_known_to_the_bot_after_it_was_started_anew(
    fake: FakeDiscord, ann: Person, bob: Person, room: Channel, jpeg: bytes
) -> None:
    async with a_bot(fake):
        asked = await fake.slash(ann, room, "effect", photo=jpeg, effect="robot")
        await fake.until(lambda: asked.original and asked.original.labels)
    clip = room.last
    async with a_bot(fake):
        pressed = await fake.press(bob, clip, "Again")
        answer = await fake.until(lambda: pressed.original)
    assert answer.text == "again 7"
    assert pressed.on is clip
    assert room.from_bot == [clip, answer]


async def test_a_button_that_is_off_or_not_for_them_cannot_be_pressed(
    fake: FakeDiscord, bot: Bot, ann: Person, bob: Person, room: Channel
) -> None:
    off = discord.ui.Button[discord.ui.View](label="Off", disabled=True)
    link = discord.ui.Button[discord.ui.View](label="Site", url="https://example.org")
    view = discord.ui.View().add_item(off).add_item(link).add_item(Again(1))

    async def does(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("for you", view=view, ephemeral=True)

    bot.does = does
    asked = await fake.slash(ann, room, "do")
    answer = await fake.until(lambda: asked.original)
    assert answer.labels == ["Off", "Site", "Again"]
    for who, label in ((ann, "Off"), (ann, "Site"), (ann, "Nothing"), (bob, "Again")):
        with pytest.raises(AssertionError):
            await fake.press(who, answer, label)
    assert (await fake.press(ann, answer, "Again")).on is answer


class Menu(discord.ui.View):
    @discord.ui.select(options=[discord.SelectOption(label=it) for it in ("Robot", "Rose")])
    async def pick(
        self, interaction: discord.Interaction, select: discord.ui.Select[discord.ui.View]
    ) -> None:
        await interaction.response.edit_message(content=select.values[0], view=None)


async def test_a_select_changes_the_message_it_stands_on(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    async def does(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("which?", view=Menu())

    bot.does = does
    asked = await fake.slash(ann, room, "do")
    menu = await fake.until(lambda: asked.original)
    assert menu.options == ["Robot", "Rose"]
    await fake.choose(ann, menu, "Rose")
    await fake.until(lambda: menu.edits == ["Rose"])
    assert menu.options == []


async def test_a_dialogue_is_filled_in_and_comes_back_with_its_files(
    fake: FakeDiscord, bot: Bot, ann: Person, bob: Person, room: Channel, jpeg: bytes
) -> None:
    bot.does = lambda interaction: interaction.response.send_modal(Entry())
    asked = await fake.slash(ann, room, "do")
    values = {"Name": "Ann", "Kind": "Robot", "Photos": [jpeg, Upload(name="x.png", data=b"22")]}
    sent = await fake.fill(ann, asked, values)
    answer = await fake.until(lambda: sent.original)
    assert answer.text == f"Ann ['r'] [{len(jpeg)}, 2]"
    assert asked.response_type == MODAL
    assert asked.modal is not None
    assert (asked.modal.title, asked.modal.labels) == ("Enter", ["Name", "Kind", "Photos"])
    for who, wrong in (
        (bob, values),
        (ann, values | {"Name": ""}),
        (ann, values | {"Kind": "Rose"}),
        (ann, values | {"Photos": [jpeg] * 3}),
        (ann, values | {"Age": "9"}),
    ):
        with pytest.raises(AssertionError):
            await fake.fill(who, asked, wrong)


async def test_what_the_bot_is_told_of_who_asks_and_where(
    fake: FakeDiscord, bot: Bot, ann: Person, bob: Person
) -> None:
    room = fake.guild("Amis", ann, bob, tier=2, locale="fr").channel("general")
    assert room.guild is not None
    room.guild.admin(bob)
    room.deny("attach_files")
    abroad = fake.guild("Abroad", bob, bot=False).channel("x")
    for where in (room, room.thread("robots"), fake.dm(bob), fake.private(ann, bob), abroad):
        await fake.slash(bob, where, "do")
    await fake.until(lambda: len(bot.interactions) == 5)
    first, thread, dm, private, away = bot.interactions
    assert [it.filesize_limit >> 20 for it in bot.interactions] == [50, 50, 10, 10, 10]
    assert (str(first.locale), str(first.guild_locale)) == ("en-US", "fr")
    assert first.permissions.manage_guild
    assert isinstance(first.user, discord.Member)
    assert [role.name for role in first.user.roles] == ["@everyone", "Admins"]
    assert first.app_permissions.embed_links
    assert not first.app_permissions.attach_files
    assert isinstance(thread.channel, discord.Thread)
    assert isinstance(dm.channel, discord.DMChannel)
    assert (first.context.guild, dm.context.dm_channel) == (True, True)
    assert private.context.private_channel
    assert (away.is_guild_integration(), away.is_user_integration()) == (False, True)
    assert (first.is_guild_integration(), first.is_user_integration()) == (True, False)
    assert away.guild_id
    assert isinstance(away.user, discord.Member)
