"""From a photo to a clip on Discord, in all the ways people go about it."""

from __future__ import annotations

from tests.fakes.discord import Channel, Person
from tests.flow.at_work import CLIP
from tests.flow.discord.discord_house import DiscordHouse


async def test_a_selfie_becomes_a_robot_in_a_thread(
    house: DiscordHouse, room: Channel, ann: Person
) -> None:
    thread = room.thread("robots")
    asked = await house.ask(ann, thread, "Robot")
    claim = await house.claim()
    assert claim.job.effect == "robot"
    await house.progress(claim, 0.4)
    await house.shown(asked, "40 %")
    await house.finish(claim)
    shown = await house.clip(asked)
    assert list(shown.files.values()) == [CLIP]
    assert shown.labels == [
        "Again", "Remix", "Other effect", "In HD", "Details", "Report", "Delete",
    ]  # fmt: skip
    assert not shown.is_ephemeral
    assert thread.from_bot == [shown]
