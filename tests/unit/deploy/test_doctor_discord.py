"""What the doctor says of a Discord bot, from what Discord's API answers."""

from __future__ import annotations

import socket
from collections.abc import AsyncGenerator

import discord as library
import pytest

from bots.settings import BotSettings
from deploy.doctor.discord import INTENTS, PERMISSIONS, look_at_discord
from deploy.doctor.finding import Finding
from tests.fakes.discord import FakeDiscord
from tests.unit.deploy import portal as at_discord
from tests.unit.deploy.portal import Portal


@pytest.fixture
async def portal() -> AsyncGenerator[Portal]:
    async with Portal.running() as portal:
        yield portal


async def found(portal: Portal, **settings: object) -> dict[str, Finding]:
    here = {"discord_token": at_discord.TOKEN, "discord_api_url": portal.url}
    return await look(**(here | {"allowed_people": ("discord:*",)} | settings))


async def look(**settings: object) -> dict[str, Finding]:
    read = BotSettings(_env_file=None, **settings)  # pyright: ignore[reportCallIssue, reportArgumentType]
    return {finding.what: finding for finding in await look_at_discord(read)}


def mends(findings: dict[str, Finding]) -> dict[str, str]:
    return {what: finding.mend for what, finding in findings.items() if finding.mend}


def test_permissions_and_intents_are_what_the_library_calls_them() -> None:
    wanted = library.Permissions(
        view_channel=True,
        send_messages=True,
        send_messages_in_threads=True,
        attach_files=True,
        read_message_history=True,
    )
    flags = library.ApplicationFlags
    assert sum(PERMISSIONS.values()) == wanted.value == at_discord.PERMISSIONS
    assert INTENTS["Presence Intent"] == (
        flags.gateway_presence.flag | flags.gateway_presence_limited.flag
    )
    assert INTENTS["Server Members Intent"] == (
        flags.gateway_guild_members.flag | flags.gateway_guild_members_limited.flag
    )
    assert INTENTS["Message Content Intent"] == (
        flags.gateway_message_content.flag | flags.gateway_message_content_limited.flag
    )


async def test_without_a_token_there_is_nothing_to_mend() -> None:
    assert str((await look())["Discord"]).startswith("ok  Discord: off")


async def test_a_bot_that_is_as_it_should_be(portal: Portal) -> None:
    findings = await found(portal)

    assert mends(findings) == {}
    assert findings["Discord"].found == (
        "zoetrope, added with https://discord.com/oauth2/authorize?client_id=4211"
    )
    assert findings["Discord people"].found == "let in are discord:*"
    assert findings["Discord shards"].found == "1; 997 of 1000 starts are left today"
    assert "none is needed" in findings["Discord intents"].found


async def test_a_bot_at_a_whole_discord() -> None:
    async with FakeDiscord.running() as discord:
        findings = await look(discord_token=discord.token, discord_api_url=discord.api_url)
        assert findings["Discord"].found.endswith(f"client_id={discord.application_id}")
        assert findings["Discord shards"].found.startswith("1; 1000 of")

        findings = await look(discord_token="another", discord_api_url=discord.api_url)
        assert "ZOETROPE_DISCORD_TOKEN" in findings["Discord"].mend


async def test_a_token_that_discord_does_not_know(portal: Portal) -> None:
    findings = await found(portal, discord_token="another secret")

    assert "ZOETROPE_DISCORD_TOKEN" in mends(findings)["Discord"]
    assert "secret" not in str(findings)


@pytest.mark.parametrize("token", ["a secret\ntoken", "a secret ключ"])
async def test_a_token_that_can_be_none_is_not_told(portal: Portal, token: str) -> None:
    findings = await found(portal, discord_token=token)

    assert findings["Discord"].mend
    assert "secret" not in str(findings)


async def test_the_token_is_not_brought_to_where_the_api_sends_us(portal: Portal) -> None:
    async with Portal.running() as elsewhere:
        portal.moved_to = elsewhere.url
        findings = await found(portal)

    assert elsewhere.heard == {None}
    assert findings["Discord"].mend


async def test_an_api_that_is_away() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        findings = await look(discord_token="secret", discord_api_url=url)

    assert "Connection refused" in findings["Discord"].found
    assert "ZOETROPE_DISCORD_API_URL" in findings["Discord"].mend


async def test_an_api_on_a_bad_day(portal: Portal) -> None:
    portal.status = 503

    assert "it answers 503" in (await found(portal))["Discord"].found


@pytest.mark.parametrize(
    ("way", "what", "tick"),
    [("0", "servers", "tick Guild Install"), ("1", "accounts", "tick User Install")],
)
async def test_a_way_of_adding_it_that_is_off(
    portal: Portal, way: str, what: str, tick: str
) -> None:
    del portal.application["integration_types_config"][way]
    finding = (await found(portal))[f"Discord {what}"]

    assert finding.found == f"it cannot be added to {what}"
    assert finding.mend.startswith(tick)
    assert "/applications/4211/installation" in finding.mend


@pytest.mark.parametrize("ways", [None, {}])
async def test_an_application_that_nobody_can_add(portal: Portal, ways: object) -> None:
    portal.application["integration_types_config"] = ways

    assert mends(await found(portal)).keys() == {"Discord servers", "Discord accounts"}


async def test_default_settings_that_were_never_made(portal: Portal) -> None:
    portal.application["integration_types_config"] = {"0": {}, "1": None}
    findings = await found(portal)

    assert "no scope applications.commands, bot" in findings["Discord servers"].found
    assert "no permission View Channels, Send Messages" in findings["Discord servers"].found
    assert findings["Discord accounts"].found == "it cannot be added to accounts"


async def test_a_permission_that_servers_do_not_give_is_named(portal: Portal) -> None:
    lacking = at_discord.PERMISSIONS & ~PERMISSIONS["Send Messages in Threads"]
    portal.given_in_servers["permissions"] = str(lacking)
    finding = (await found(portal))["Discord servers"]

    assert finding.found.endswith(": no permission Send Messages in Threads")
    assert "Default Install Settings" in finding.mend


async def test_an_administrator_has_every_permission(portal: Portal) -> None:
    portal.given_in_servers["permissions"] = "8"

    assert mends(await found(portal)) == {}


async def test_a_bot_that_joins_no_server_by_a_link(portal: Portal) -> None:
    portal.application["bot_require_code_grant"] = True

    assert mends(await found(portal)).keys() == {"Discord servers"}


async def test_a_bot_for_its_owner_alone_is_nothing_to_mend(portal: Portal) -> None:
    portal.application["bot_public"] = False
    findings = await found(portal)

    assert mends(findings) == {}
    assert findings["Discord servers"].found.startswith("only its owner can add it")


async def test_commands_that_go_elsewhere(portal: Portal) -> None:
    portal.application["interactions_endpoint_url"] = "https://elsewhere.example/secret"
    findings = await found(portal)

    assert "/applications/4211/information" in mends(findings)["Discord commands"]
    assert "secret" not in str(findings)


@pytest.mark.parametrize("flag", [1 << 18, 1 << 19])
async def test_an_intent_that_is_not_needed_is_told(portal: Portal, flag: int) -> None:
    portal.application["flags"] |= flag
    findings = await found(portal)

    assert mends(findings) == {}
    assert findings["Discord intents"].found.startswith("not needed, but on: Message Content")


async def test_a_bot_that_may_start_no_more_today(portal: Portal) -> None:
    portal.starts_left = 0

    assert "wait" in mends(await found(portal))["Discord shards"]


async def test_fewer_shards_than_discord_wants(portal: Portal) -> None:
    portal.shards = 8

    assert mends(await found(portal)) == {}
    findings = await found(portal, discord_shard_count=4)
    assert mends(findings)["Discord shards"].startswith("set ZOETROPE_DISCORD_SHARD_COUNT to 8")


async def test_nobody_is_let_in(portal: Portal) -> None:
    findings = await found(portal, allowed_people=("telegram:*",), owners=("telegram:4",))

    assert "ZOETROPE_ALLOWED_PEOPLE=discord:*" in mends(findings)["Discord people"]
