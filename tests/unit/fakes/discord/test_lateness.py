"""What Discord refuses of answers to interactions."""

from __future__ import annotations

import io
from datetime import timedelta

import discord
import pytest

from tests.fakes.discord import Channel, FakeDiscord, Interaction, Person
from tests.fakes.discord.errors import internal
from tests.unit.fakes.discord.bot import Act, Bot
from tests.unit.fakes.discord.refusals import refused


async def asked_and_refused(
    fake: FakeDiscord, bot: Bot, who: Person, where: Channel, does: Act
) -> tuple[Interaction, int, int]:
    bot.does = does
    asked = await fake.slash(who, where, "do")
    await fake.until(lambda: bot.errors)
    error = bot.errors.pop()
    assert isinstance(error, discord.HTTPException)
    return asked, error.status, error.code


async def test_an_answer_after_three_seconds_is_none(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    async def does(interaction: discord.Interaction) -> None:
        fake.pass_time(timedelta(seconds=3.5))
        await interaction.response.defer()

    asked, *why = await asked_and_refused(fake, bot, ann, room, does)
    assert why == [404, 10062]
    assert asked.acknowledged_s is None
    assert room.messages == []


async def test_a_second_first_answer_is_refused(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    async def does(interaction: discord.Interaction) -> None:
        fake.fail("callback", error=internal(), after=True)
        await interaction.response.send_message("one")

    asked, *why = await asked_and_refused(fake, bot, ann, room, does)
    assert why == [400, 40060]
    assert asked.original in room.messages


@pytest.mark.parametrize(("says", "status"), [(50027, 401), (10015, 404)])
async def test_a_token_is_good_for_a_quarter_of_an_hour(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel, says: int, status: int
) -> None:
    async def does(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        fake.pass_time(timedelta(minutes=14))
        await interaction.edit_original_response(content="still")
        fake.pass_time(timedelta(minutes=2))
        await interaction.edit_original_response(content="too late")

    fake.expired_as = says
    asked, *why = await asked_and_refused(fake, bot, ann, room, does)
    assert why == [status, says]
    assert asked.original is not None
    assert asked.original.content == "still"
    message = await bot.get_partial_messageable(room.id).fetch_message(asked.original.id)
    await message.edit(content="as the bot itself")
    assert asked.original.edits == ["still", "as the bot itself"]


async def test_a_file_may_be_as_large_as_the_guild_allows(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    async def does(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        data = io.BytesIO(bytes(interaction.filesize_limit + 1))
        await interaction.followup.send(file=discord.File(data, "clip.mp4"))

    asked, *why = await asked_and_refused(fake, bot, ann, room, does)
    assert why == [413, 40005]
    assert asked.original is not None
    assert asked.original.is_loading
    assert room.guild is not None
    room.guild.tier = 2
    file = discord.File(io.BytesIO(bytes(11 << 20)), "clip.mp4")
    await bot.get_partial_messageable(room.id).send(file=file)
    assert [*room.last.files] == ["clip.mp4"]


async def test_an_app_that_only_a_person_has_may_followup_five_times(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    async def does(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("0")
        for number in range(1, 7):
            await interaction.followup.send(str(number))

    abroad = fake.guild("Abroad", ann, bot=False).channel("x")
    asked, *why = await asked_and_refused(fake, bot, ann, abroad, does)
    assert why == [400, 40094]
    assert [it.text for it in abroad.from_bot] == ["0", "1", "2", "3", "4", "5"]
    assert len(asked.followups) == 5
    asked = await fake.slash(ann, room, "do")
    await fake.until(lambda: len(asked.followups) == 6)
    assert not bot.errors


async def test_the_first_followup_takes_the_place_of_what_says_that_the_bot_thinks(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    async def does(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        first = await interaction.followup.send("one", wait=True)
        await first.edit(content="two")
        await (await interaction.followup.send("three", wait=True)).delete()

    bot.does = does
    asked = await fake.slash(ann, room, "do")
    await fake.until(lambda: asked.followups and asked.followups[0].deleted)
    assert asked.original is not None
    assert asked.original.edits == ["one", "two"]
    assert asked.is_ephemeral


async def test_the_bot_itself_knows_nothing_of_what_only_one_person_sees(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel
) -> None:
    bot.does = lambda interaction: interaction.response.send_message("psst", ephemeral=True)
    asked = await fake.slash(ann, room, "do")
    answer = await fake.until(lambda: asked.original)
    channel = bot.get_partial_messageable(room.id)
    await refused(channel.fetch_message(answer.id), 404, 10008)
    await refused(channel.get_partial_message(answer.id).edit(content="x"), 404, 10008)


async def test_a_deferred_answer_pings_nobody_and_a_new_message_does(
    fake: FakeDiscord, bot: Bot, ann: Person, bob: Person, room: Channel
) -> None:
    async def does(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content=bob.mention)
        await interaction.followup.send(bob.mention)
        await interaction.followup.send(
            bob.mention, allowed_mentions=discord.AllowedMentions.none()
        )

    bot.does = does
    asked = await fake.slash(ann, room, "do")
    await fake.until(lambda: len(asked.followups) == 2)
    assert [it.mentions for it in room.from_bot] == [[], ["Bob"], []]
