"""What the check of bodies sent to Discord lets through and what it complains about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord import app_commands, ui
from discord.http import MultipartParameters, handle_message_parameters
from discord.webhook.async_ import interaction_message_response_params, interaction_response_params
from jsonschema import Draft202012Validator

from tests.peers import discord_schema
from tests.peers.discord_schema import DiscordSchema

SCHEMA = DiscordSchema()
CALLBACK = "/api/v10/interactions/1/a-token/callback"
FOLLOWUP = "/api/v10/webhooks/1/a-token"
MESSAGES = "/api/v10/channels/1/messages"
COMMANDS = "/api/v10/applications/1/commands"


@dataclass(frozen=True, slots=True)
class Sent:
    method: str
    path: str
    json: Any


def complaints(method: str, path: str, body: object) -> list[str]:
    """What is said of a body after its way over the wire."""
    if isinstance(body, MultipartParameters):
        body = json.loads(body.multipart[0]["value"]) if body.multipart else body.payload
    return SCHEMA.complaints([Sent(method, path, json.loads(json.dumps(body)))])


def of_row(*components: dict[str, Any]) -> list[str]:
    """Complaints about an answer with components in a row, less their common beginning."""
    rows = [{"type": 1, "components": components}]
    said = complaints("POST", CALLBACK, {"type": 4, "data": {"components": rows}})
    start = "create_interaction_response: data.components[0].components"
    return [complaint.removeprefix(start) for complaint in said]


def photo() -> discord.File:
    return discord.File(BytesIO(b"a photo"), "photo.jpg", description="A face", spoiler=True)


def attachment() -> discord.Attachment:
    url = "https://cdn.discordapp.com/attachments/1/5/clip.mp4"
    data: Any = {"id": "5", "filename": "clip.mp4", "size": 9, "url": url, "proxy_url": url}
    seen = {"height": 512, "width": 512, "content_type": "video/mp4", "description": "A clip"}
    return discord.Attachment(data=data | seen, state=SimpleNamespace(http=None))  # pyright: ignore[reportArgumentType]


def embed() -> discord.Embed:
    made = discord.Embed(title="A title", colour=discord.Colour.red(), timestamp=datetime.now(UTC))
    return made.set_image(url="attachment://photo.jpg").set_footer(text="Small")


def view() -> ui.View:
    made = ui.View()
    made.add_item(ui.Button(label="Go", custom_id="go", emoji="🤖"))
    made.add_item(ui.Button(label="Read", url="https://example.org/read"))
    option = discord.SelectOption(label="Robot", emoji=discord.PartialEmoji(name="bot", id=1 << 60))
    made.add_item(ui.Select(custom_id="effect", options=[option]))
    return made.add_item(
        ui.ChannelSelect(default_values=[discord.Object(1 << 60, type=discord.TextChannel)])
    )


def layout() -> ui.LayoutView:
    box = ui.Container(accent_colour=discord.Colour.blue())
    box.add_item(ui.Section("Text", accessory=ui.Thumbnail("attachment://photo.jpg")))
    box.add_item(ui.MediaGallery(discord.MediaGalleryItem("https://example.org/clip.mp4")))
    box.add_item(ui.TextDisplay("More")).add_item(ui.Separator())
    box.add_item(ui.ActionRow(ui.Button(label="Go", custom_id="go")))
    return ui.LayoutView().add_item(box)


def modal() -> ui.Modal:
    made = ui.Modal(title="A form", custom_id="form").add_item(ui.TextDisplay("Fill in"))
    effects = [discord.SelectOption(label="Robot")]
    made.add_item(
        ui.Label(text="Photo", component=ui.FileUpload(max_values=2), description="Yours")
    )
    made.add_item(ui.Label(text="Words", component=ui.TextInput(placeholder="A few", max_length=9)))
    return made.add_item(ui.Label(text="Effect", component=ui.Select(options=effects)))


class InGerman(app_commands.Translator):
    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        return "übersetzt" if locale is discord.Locale.german else None


def command_tree() -> app_commands.CommandTree[discord.Client]:
    tree = app_commands.CommandTree(
        discord.Client(intents=discord.Intents.none()),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    )

    @tree.command(description="Make a clip", nsfw=True)
    @app_commands.choices(effect=[app_commands.Choice(name="Robot", value="robot")])
    @app_commands.default_permissions(manage_guild=True)
    async def make(
        interaction: discord.Interaction,
        photo: discord.Attachment,
        effect: str = "robot",
        strength: app_commands.Range[float, 0.5, 1.5] = 1,
    ) -> None:
        """Only described."""

    @tree.context_menu(name="Make a clip")
    async def make_of(interaction: discord.Interaction, message: discord.Message) -> None:
        """Only described."""

    return tree


def test_an_answer_with_files_buttons_and_a_select_is_fine() -> None:
    for kind in (4, 7):
        answer = interaction_message_response_params(
            type=kind,
            content="Here",
            view=view(),
            embed=embed(),
            files=[photo(), photo()],
            flags=discord.MessageFlags(ephemeral=True),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        assert complaints("POST", CALLBACK + "?with_response=true", answer) == []


def test_a_layout_is_fine_in_an_answer_and_in_a_followup() -> None:
    answer = interaction_message_response_params(type=4, view=layout())
    assert complaints("POST", CALLBACK, answer) == []

    with handle_message_parameters(view=layout(), file=photo()) as followup:
        assert complaints("POST", FOLLOWUP, followup) == []


def test_putting_an_answer_off_is_fine() -> None:
    later = interaction_response_params(5, {"flags": discord.MessageFlags(ephemeral=True).value})
    assert complaints("POST", CALLBACK, later) == []
    assert complaints("POST", CALLBACK, interaction_response_params(6)) == []


def test_a_modal_is_fine() -> None:
    assert complaints("POST", CALLBACK, interaction_response_params(9, modal().to_dict())) == []


async def test_the_commands_of_a_tree_are_fine_in_all_languages() -> None:
    tree, translator = command_tree(), InGerman()
    commands = tree.get_commands()

    plain = [command.to_dict(tree) for command in commands]
    translated = [await each.get_translated_payload(tree, translator) for each in commands]

    assert plain != translated
    assert complaints("PUT", COMMANDS, plain) == []
    assert complaints("PUT", COMMANDS, translated) == []


def test_a_message_with_a_nonce_mentions_and_a_poll_is_fine() -> None:
    whom = discord.AllowedMentions(users=[discord.Object(1 << 60)], everyone=False)
    reference = discord.MessageReference(message_id=1, channel_id=2, fail_if_not_exists=False)
    with handle_message_parameters(
        content="Hello",
        nonce=1 << 60,
        embeds=[embed()],
        files=[photo()],
        allowed_mentions=whom,
        mention_author=True,
        message_reference=reference.to_dict(),
        poll=discord.Poll("Which?", timedelta(hours=1)).add_answer(text="This", emoji="🤖"),
    ) as message:
        assert complaints("POST", MESSAGES, message) == []


@pytest.mark.parametrize(
    "path", [f"{MESSAGES}/2", f"{FOLLOWUP}/messages/2", f"{FOLLOWUP}/messages/@original"]
)
def test_an_edit_may_empty_a_message_and_keep_attachments(path: str) -> None:
    with handle_message_parameters(
        content=None, embed=None, view=None, attachments=[attachment(), photo()]
    ) as edit:
        assert complaints("PATCH", path, edit) == []


@pytest.mark.parametrize("person", [1 << 60, str(1 << 60)])
def test_an_id_may_be_a_number_or_digits(person: int | str) -> None:
    assert complaints("POST", "/api/v10/users/@me/channels", {"recipient_id": person}) == []


def test_an_id_is_not_just_any_text() -> None:
    assert complaints("POST", "/api/v10/users/@me/channels", {"recipient_id": "me"}) == [
        "create_dm: recipient_id: 'me' does not match '^(0|[1-9][0-9]*)$'"
    ]


def test_a_property_nobody_knows_is_named() -> None:
    assert complaints("POST", MESSAGES, {"content": "Hi", "colour": 3}) == [
        "create_message: the body: Additional properties are not allowed ('colour' was unexpected)"
    ]


def test_a_label_that_is_too_long_is_complained_about() -> None:
    assert of_row({"type": 2, "style": 1, "custom_id": "go", "label": "x" * 81}) == [
        "[0].label: 'xxxxxxxxxxxx...xxxxxxxxxxxxx' is too long (maxLength is 80, this has 81)"
    ]


def test_26_options_are_too_many() -> None:
    options = [{"label": "a", "value": "b"}] * 26
    assert of_row({"type": 3, "custom_id": "effect", "options": options}) == [
        "[0].options: [{'label': 'a', 'value': 'b'}, {'label': 'a', 'value': 'b'}, ...] is too long"
        " (maxItems is 25, this has 26)"
    ]


def test_a_component_in_a_wrong_place_is_complained_about() -> None:
    assert of_row({"type": 10, "content": "Text"}) == [
        "[0]: {'content': 'Text', 'type': 10} has none of the types that go here:"
        " [2, 3, 5, 6, 7, 8]"
    ]


def test_of_what_may_be_of_several_kinds_the_meant_one_is_complained_about() -> None:
    assert complaints("POST", MESSAGES, {"nonce": "x" * 26}) == [
        "create_message: nonce: 'xxxxxxxxxxxxxxxxxxxxxxxxxx' is too long"
        " (maxLength is 25, this has 26)"
    ]
    assert complaints("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "a"}]}}) == [
        "create_interaction_response: data.choices[0]: 'value' is a required property"
    ]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"content": ["Hi"]}, "content: ['Hi'] is not of type 'string', 'null'"),
        ({"flags": 1.5}, "flags: 1.5 is not of type 'integer', 'null'"),
        ({"embeds": [{"url": "nowhere"}]}, "embeds[0].url: 'nowhere' is not a 'uri'"),
        (
            {"embeds": [{"timestamp": "yesterday"}]},
            "embeds[0].timestamp: 'yesterday' is not a 'date-time'",
        ),
        (
            {"allowed_mentions": {"parse": ["users", "users"]}},
            "allowed_mentions.parse: ['users', 'users'] has non-unique elements",
        ),
        (None, "the body: None is not of type 'object'"),
    ],
)
def test_a_wrong_value_is_complained_about(body: object, complaint: str) -> None:
    assert complaints("POST", MESSAGES, body) == [f"create_message: {complaint}"]


def test_the_same_complaint_is_made_once() -> None:
    assert len(SCHEMA.complaints([Sent("POST", MESSAGES, {"nonsense": 1})] * 2)) == 1


@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH"])
def test_a_request_without_a_body_is_passed_over(method: str) -> None:
    assert complaints(method, "/api/v10/gateway/bot", None) == []


@pytest.mark.parametrize(("method", "body"), [("PATCH", {}), ("POST", None), ("PUT", [])])
def test_a_request_that_nothing_is_known_of_is_complained_about(method: str, body: object) -> None:
    assert complaints(method, "/api/v10/guilds/1", body) == [
        f"{method} /api/v10/guilds/1: it is not known what such a request says"
    ]


def test_the_data_are_json_schema_and_say_where_they_come_from() -> None:
    document = json.loads(discord_schema.DOCUMENT.read_text(encoding="utf-8"))

    Draft202012Validator.check_schema({"$defs": document["$defs"]})
    assert document["source"]["package"].startswith("discord-api-spec 10.")
    assert document["source"]["license"] == "MIT"
