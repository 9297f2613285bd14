"""What the admins of a server set, and what holds for its members then."""

from __future__ import annotations

import discord
import pytest
from simcord import ChannelHandle, GuildHandle, MemberActor, ResponseMessage, SetupError

from tests.flow.discord_simcord.simcord_house import SimcordHouse, confided


@pytest.fixture
def admin(house: SimcordHouse, friends: GuildHandle) -> MemberActor:
    rights = discord.Permissions(manage_guild=True)
    admins = friends.create_role("Admins", permissions=rights)
    return friends.add_member(house.env.create_user("admin"), roles=[admins])


def named(panel: ResponseMessage, kind: discord.ComponentType) -> str:
    """Give the name of a panel's one list of a kind."""
    parts = [part for row in panel.components for part in row.get("components", [])]
    (name,) = [part["custom_id"] for part in parts if part["type"] == kind.value]
    return name


async def opened(who: MemberActor, room: ChannelHandle) -> ResponseMessage:
    """Open the settings."""
    panel = (await who.slash(room, "settings")).response
    assert panel is not None
    assert panel.ephemeral
    return panel


async def test_only_admins_are_offered_the_settings(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor, admin: MemberActor
) -> None:
    with pytest.raises(SetupError, match="not visible to this user"):
        await ann.slash(room, "settings")
    words, *_ = (await opened(admin, room)).components
    assert "Settings of this server" in words["content"]


async def test_effects_are_used_in_the_channels_that_an_admin_picks(
    house: SimcordHouse,
    friends: GuildHandle,
    room: ChannelHandle,
    ann: MemberActor,
    admin: MemberActor,
) -> None:
    studio = friends.create_text_channel("studio")
    panel = await opened(admin, room)
    rooms = named(panel, discord.ComponentType.channel_select)
    await admin.select(panel, [studio], custom_id=rooms)
    refused = await house.ask(ann, room)
    assert f"Effects are not used in this channel. Try {studio.mention}." in confided(refused)
    asked = await house.ask(ann, studio)
    await house.make()
    await house.clip(asked)


async def test_clips_are_made_for_the_roles_that_an_admin_picks(
    house: SimcordHouse,
    friends: GuildHandle,
    room: ChannelHandle,
    ann: MemberActor,
    admin: MemberActor,
) -> None:
    artists = friends.create_role("Artists")
    cleo = friends.add_member(house.env.create_user("cleo"), roles=[artists])
    panel = await opened(admin, room)
    roles = named(panel, discord.ComponentType.role_select)
    await admin.select(panel, [artists], custom_id=roles)
    assert "Only members with a certain role" in confided(await house.ask(ann, room))
    asked = await house.ask(cleo, room)
    await house.make()
    await house.clip(asked)


async def test_quiet_hours_are_set_in_a_form(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor, admin: MemberActor
) -> None:
    panel = await opened(admin, room)
    form = await admin.click(panel, label="Quiet hours")
    assert form.modal is not None
    (line,) = form.modal["components"]
    await admin.submit_modal(form, {line["component"]["custom_id"]: "00:00-23:59"})
    assert "I make no clips here before 23:59" in confided(await house.ask(ann, room))
