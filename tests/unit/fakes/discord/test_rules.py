"""What Discord does not take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import discord
import pytest
from aiohttp import ClientSession

from tests.fakes.discord import Channel, FakeDiscord, Person
from tests.fakes.discord.component_rules import check_modal
from tests.fakes.discord.errors import ApiError, Json
from tests.unit.fakes.discord.bot import Bot
from tests.unit.fakes.discord.refusals import refused


def row(*components: Json) -> Json:
    return {"type": 1, "components": list(components)}


def button(number: int, **more: object) -> Json:
    return {"type": 2, "style": 1, "label": "b", "custom_id": f"b{number}"} | more


def select(number: int, options: int, **more: object) -> Json:
    offered = [{"label": str(it), "value": str(it)} for it in range(options)]
    return {"type": 3, "custom_id": f"s{number}", "options": offered} | more


def text(words: str) -> Json:
    return {"type": 10, "content": words}


V2 = 1 << 15


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2001},
        {"embeds": [{"title": "x" * 257}]},
        {"embeds": [{"description": "x" * 3500}] * 2},
        {"embeds": [{}] * 11},
        {"components": [row(button(it)) for it in range(6)]},
        {"components": [row(*map(button, range(6)))]},
        {"components": [row(button(1), select(1, 2))]},
        {"components": [row(button(1), button(1))]},
        {"components": [row(button(1, custom_id="x" * 101))]},
        {"components": [row(button(1, label="x" * 81))]},
        {"components": [row(button(1, url="https://example.org"))]},
        {"components": [row(button(1, style=5))]},
        {"components": [row({"type": 2, "style": 5, "label": "l", "url": "ftp://x"})]},
        {"components": [row(select(1, 26))]},
        {"components": [row(select(1, 0))]},
        {"components": [row(select(1, 2, max_values=3))]},
        {"components": [text("V2 without its flag")]},
        {"components": [text("x")], "flags": V2, "content": "x"},
        {"components": [text("x")], "flags": V2, "embeds": [{"title": "x"}]},
        {"components": [text("x")] * 41, "flags": V2},
        {"components": [text("x" * 4001)], "flags": V2},
        {"content": "x", "nonce": "x" * 26},
        {"content": "x", "message_reference": {"message_id": "1"}},
        {"content": "x", "attachments": [{"id": 0}]},
    ],
)
async def test_a_message_has_its_limits(fake: FakeDiscord, room: Channel, body: Json) -> None:
    assert await posted(fake, room, body) == (400, 50035)
    assert room.messages == []


async def posted(fake: FakeDiscord, room: Channel, body: Any) -> tuple[int, int]:
    said = {"Authorization": f"Bot {fake.token}"}
    url = f"{fake.api_url}/channels/{room.id}/messages"
    async with ClientSession() as http, http.post(url, json=body, headers=said) as answer:
        return answer.status, (await answer.json()).get("code", 0)


async def test_a_message_that_is_within_them_is_taken(fake: FakeDiscord, room: Channel) -> None:
    rows = [row(*(button(10 * number + it) for it in range(5))) for number in range(4)]
    body = {"content": "x" * 2000, "components": [*rows, row(select(1, 25))]}
    assert await posted(fake, room, body) == (200, 0)
    assert await posted(fake, room, {"content": ""}) == (400, 50006)


def command(**more: object) -> Json:
    return {"name": "effect", "description": "Make one."} | more


def option(name: str = "photo", **more: object) -> Json:
    return {"name": name, "description": "One.", "type": 3} | more


@pytest.mark.parametrize(
    "definitions",
    [
        [command(name="Effect")],
        [command(name="x" * 33)],
        [command(description="")],
        [command(description="x" * 101)],
        [command(), command()],
        [command(options=[option(f"o{it}") for it in range(26)])],
        [command(options=[option(), option()])],
        [command(options=[option("a"), option("b", required=True)])],
        [command(options=[option(choices=[{"name": "x", "value": "x"}] * 26)])],
        [command(options=[option(choices=[{"name": "x", "value": "x"}], autocomplete=True)])],
        [command(options=[option(type=12)])],
        [command(name_localizations={"xx": "effekt"})],
        [command(contexts=[3])],
        [{"type": 3, "name": "Remember", "description": "no"}],
        [
            command(
                options=[
                    option(
                        f"o{it}", choices=[{"name": str(n), "value": "x" * 99} for n in range(25)]
                    )
                    for it in range(4)
                ]
            )
        ],
    ],
)
async def test_a_command_has_its_limits(fake: FakeDiscord, definitions: list[Json]) -> None:
    with pytest.raises(ApiError) as error:
        fake.world.commands.replace(definitions, 1)
    assert error.value.code == 50035


async def test_there_are_so_many_commands(fake: FakeDiscord) -> None:
    menus = [{"type": 3, "name": f"Menu {it}"} for it in range(16)]
    with pytest.raises(ApiError) as error:
        fake.world.commands.replace(menus, 1)
    assert error.value.code == 30032
    first, *_ = fake.world.commands.replace(menus[:15], 1)
    again, *_ = fake.world.commands.replace(menus[:1], 1)
    assert (again["id"], fake.commands) == (first["id"], ["Menu 0"])


@pytest.mark.parametrize(
    "modal",
    [
        {"title": "x" * 46, "custom_id": "m", "components": [text("x")]},
        {"title": "m", "custom_id": "", "components": [text("x")]},
        {"title": "m", "custom_id": "m", "components": []},
        {"title": "m", "custom_id": "m", "components": [text("x")] * 6},
        {"title": "m", "custom_id": "m", "components": [button(1)]},
        {
            "title": "m",
            "custom_id": "m",
            "components": [{"type": 18, "label": "x" * 46, "component": select(1, 2)}],
        },
        {
            "title": "m",
            "custom_id": "m",
            "components": [{"type": 18, "label": "x", "component": button(1)}],
        },
    ],
)
def test_a_dialogue_has_its_limits(modal: Json) -> None:
    with pytest.raises(ApiError) as error:
        check_modal(modal)
    assert error.value.code == 50035


async def test_an_address_of_a_file_gets_old(
    fake: FakeDiscord, bot: Bot, ann: Person, room: Channel, jpeg: bytes
) -> None:
    said = room.send(ann, fake.bot.mention, files={"my photo.jpg": jpeg})
    channel = bot.get_partial_messageable(room.id)
    (file,) = (await channel.fetch_message(said.id)).attachments
    assert (file.width, file.height, file.content_type) == (400, 300, "image/jpeg")
    assert await file.read() == jpeg
    fake.pass_time(timedelta(hours=25))
    with pytest.raises(discord.NotFound):
        await file.read()
    (file,) = (await channel.fetch_message(said.id)).attachments
    assert await file.read() == jpeg


async def test_what_does_not_exist_is_a_trouble_of_the_test() -> None:
    with pytest.raises(ExceptionGroup) as error:
        await _ask_for_regions()
    assert "voice/regions" in str(error.value.exceptions[0])


async def _ask_for_regions() -> None:
    async with (
        FakeDiscord.running() as fake,
        ClientSession() as http,
        http.get(f"{fake.api_url}/voice/regions") as answer,
    ):
        assert answer.status == 404


async def test_nobody_but_the_bot_is_answered(fake: FakeDiscord, bot: Bot, room: Channel) -> None:
    bot.http.token = "wrong"
    await refused(bot.get_partial_messageable(room.id).send("x"), 401, 0)
