"""Messages that the bot sends by itself."""

from __future__ import annotations

import io

import discord
from discord.http import handle_message_parameters

from tests.fakes.discord import Channel, FakeDiscord, Person
from tests.fakes.discord.gateway import MESSAGE_CONTENT
from tests.unit.fakes.discord.bot import Bot
from tests.unit.fakes.discord.refusals import refused


def clip() -> discord.File:
    return discord.File(io.BytesIO(b"clip"), "clip.mp4", description="a robot")


async def test_a_message_is_sent_read_edited_and_deleted(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    channel = bot.get_partial_messageable(room.id)
    question = room.send(ann, "who?")
    sent = await channel.send(
        f"{ann.mention} you",
        file=clip(),
        silent=True,
        reference=channel.get_partial_message(question.id),
    )
    shown = room.last
    assert shown.files == {"clip.mp4": b"clip"}
    assert (shown.reference, shown.is_silent, shown.mentions) == (question, True, ["Ann"])
    assert sent.attachments[0].description == "a robot"
    await sent.edit(content="then", attachments=[*sent.attachments, clip()])
    assert len(shown.content_now.attachments) == 2
    await sent.edit(attachments=[])
    assert (shown.content, shown.files, len(shown.edits)) == ("then", {}, 2)
    assert [it.id async for it in channel.history()] == [shown.id, question.id]
    fetched = await channel.fetch_message(question.id)
    assert fetched.content == ""
    fake.grant(MESSAGE_CONTENT)
    assert (await channel.fetch_message(question.id)).content == "who?"
    await refused(fetched.edit(content="mine"), 403, 50005)
    await refused(fetched.delete(), 403, 50013)
    await sent.delete()
    await refused(channel.fetch_message(shown.id), 404, 10008)
    assert room.from_bot == []


async def test_the_same_nonce_is_the_same_message(
    fake: FakeDiscord, bot: Bot, room: Channel
) -> None:
    with handle_message_parameters("once", nonce="job-1") as params:
        one = await bot.http.send_message(room.id, params=params)
        two = await bot.http.send_message(room.id, params=params)
    assert one["id"] == two["id"]
    assert [message.nonce for message in room.messages] == ["job-1"]


async def test_what_the_bot_may_not_do_is_refused(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    channel = bot.get_partial_messageable(room.id)
    room.deny("attach_files")
    await refused(channel.send(file=clip()), 403, 50013)
    await channel.send("words")
    room.deny("send_messages")
    await refused(channel.send("words"), 403, 50013)
    thread = bot.get_partial_messageable(room.thread("robots").id)
    await thread.send("in a thread")
    room.deny("view_channel")
    await refused(thread.send("words"), 403, 50001)
    await refused(bot.fetch_channel(room.id), 403, 50001)
    room.allow("view_channel", "send_messages")
    await channel.typing()
    assert room.typings == 1
    abroad = fake.guild("Abroad", ann, bot=False).channel("x")
    await refused(bot.get_partial_messageable(abroad.id).send("words"), 403, 50001)
    await refused(bot.get_partial_messageable(1).send("words"), 404, 10003)


async def test_direct_messages_may_be_closed(fake: FakeDiscord, bot: Bot, ann: Person) -> None:
    person = await bot.fetch_user(ann.id)
    await person.send("hello")
    assert fake.dm(ann).last.text == "hello"
    fake.dm(ann).close()
    await refused(person.send("hello?"), 403, 50007)
    fake.dm(ann).reopen()
    await person.send("hello!")


async def test_people_and_places_are_looked_up(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    assert room.guild is not None
    guild = await bot.fetch_guild(room.guild.id, with_counts=False)
    assert (await guild.fetch_member(ann.id)).display_name == "Ann"
    assert (await bot.application_info()).name == "Zoetrope"
    assert [it.name for it in await bot.tree.fetch_commands()] == fake.commands
    stranger = fake.person("Carl")
    await refused(guild.fetch_member(stranger.id), 404, 10007)


class Panel(discord.ui.LayoutView):
    text = discord.ui.TextDisplay["Panel"]("## Robot")
    gallery = discord.ui.MediaGallery["Panel"](discord.MediaGalleryItem("attachment://clip.mp4"))


async def test_components_of_the_second_kind_have_no_content_beside_them(
    fake: FakeDiscord, bot: Bot, room: Channel
) -> None:
    channel = bot.get_partial_messageable(room.id)
    sent = await channel.send(view=Panel(), file=clip())
    shown = room.last
    assert (shown.text, shown.content) == ("## Robot", "")
    assert shown.files == {"clip.mp4": b"clip"}
    gallery = sent.components[1]
    assert isinstance(gallery, discord.MediaGalleryComponent)
    assert gallery.items[0].media.url.startswith(fake.cdn_url)
    await refused(sent.edit(content="words"), 400, 50035)
    await refused(channel.send(view=Panel()), 400, 50035)
    await sent.edit(view=discord.ui.LayoutView().add_item(discord.ui.TextDisplay("gone")))
    assert shown.files == {}
