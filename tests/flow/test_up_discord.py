"""`zoetrope up` with a Discord bot: real processes, with only Discord itself being ours."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from tests.fakes.discord import FakeDiscord
from tests.fakes.photos import astronaut_jpeg
from tests.flow.going_up import (
    MAKES_S,
    SOON_S,
    going_up,
    is_four_seconds_of_h264,
    refuses_to_start,
    says,
    stops_everything,
)
from tests.installation import Installation


def up_on(
    discord: FakeDiscord, data: Path, weights: Path, **settings: str
) -> AbstractAsyncContextManager[Installation]:
    """Run Zoetrope with a bot on this Discord."""
    here = {"ZOETROPE_DISCORD_TOKEN": discord.token, "ZOETROPE_DISCORD_API_URL": discord.api_url}
    return going_up(data, weights, **(here | settings))


async def test_a_selfie_becomes_a_clip_in_the_very_answer_and_ctrl_c_stops_everything(
    tmp_path: Path, weights_folder: Path
) -> None:
    async with FakeDiscord.running() as discord:
        ann = discord.person("Ann")
        guild = discord.guild("Friends", ann)
        room = guild.channel("general")
        allowed = {"ZOETROPE_ALLOWED_PLACES": f"discord:{guild.id}"}
        async with up_on(discord, tmp_path / "data", weights_folder, **allowed) as up:
            await says(up, "Zoetrope is ready")
            link = f"https://discord.com/oauth2/authorize?client_id={discord.application_id}"
            await says(up, f"Discord: add it with {link}")
            assert "Nobody may use" not in up.screen
            await discord.until(lambda: "effect" in discord.commands, within_s=SOON_S)
            asked = await discord.slash(ann, room, "effect", photo=astronaut_jpeg(), effect="robot")
            clip = await discord.until(
                lambda: asked.original and [*asked.original.files.values()], within_s=MAKES_S
            )
            assert room.from_bot == [asked.original]
            is_four_seconds_of_h264(clip[0])

            await stops_everything(up, programs=4)


async def test_a_token_that_discord_does_not_know_is_named_and_nothing_stays(
    tmp_path: Path, weights_folder: Path
) -> None:
    async with (
        FakeDiscord.running() as discord,
        up_on(discord, tmp_path / "data", weights_folder, ZOETROPE_DISCORD_TOKEN="no") as up,
    ):
        last = await refuses_to_start(up)

        assert last.startswith("zoetrope: Discord bot cannot start: ZOETROPE_DISCORD_TOKEN: ")


async def test_who_runs_it_is_told_how_to_let_people_in(
    tmp_path: Path, weights_folder: Path
) -> None:
    async with FakeDiscord.running() as discord:
        ann = discord.person("Ann")
        room = discord.guild("Friends", ann).channel("general")
        async with up_on(discord, tmp_path / "data", weights_folder) as up:
            await says(up, "put ZOETROPE_ALLOWED_PEOPLE=discord:* into .env")
            await discord.until(lambda: "effect" in discord.commands, within_s=SOON_S)
            asked = await discord.slash(ann, room, "effect", photo=astronaut_jpeg(), effect="robot")
            words = f"your id is discord:{ann.id}"
            await discord.until(
                lambda: any(words in said.text for said in asked.followups), within_s=SOON_S
            )
