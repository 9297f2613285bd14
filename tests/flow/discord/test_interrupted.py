"""What was asked for while the bot was stopped."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.discord import Channel, FakeDiscord, Person
from tests.flow.discord.discord_house import a_discord_house
from tests.valkey import ValkeyProcess


@pytest.mark.usefixtures("friends")
async def test_who_asked_while_the_bot_was_stopped_is_told_to_ask_again_when_it_is_back(
    discord: FakeDiscord, room: Channel, ann: Person, tmp_path: Path, valkey: ValkeyProcess
) -> None:
    gate = discord.hold("cdn")
    async with a_discord_house(tmp_path, valkey.url, discord) as house:
        asked = await house.ask(ann, room)
        await house.until(lambda: asked.original)
        await house.until(lambda: gate.waiting)
    gate.open()
    discord.pass_time(timedelta(minutes=2))
    async with a_discord_house(tmp_path, valkey.url, discord) as house:
        await house.shown(asked, "I was interrupted before I had noted this. Please ask again.")
        again = await house.ask(ann, room)
        await house.make()
        await house.clip(again)
