"""What people ask the bot by commands, buttons and dialogues, and what it answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from tests.fakes.discord import components, limits
from tests.fakes.discord.errors import (
    ApiError,
    Json,
    already_acknowledged,
    invalid_webhook_token,
    unknown_interaction,
    unknown_webhook,
)
from tests.fakes.discord.people import Person
from tests.fakes.discord.wire import channel_json, member_json, message_json

if TYPE_CHECKING:
    from tests.fakes.discord.messages import Message
    from tests.fakes.discord.places import Channel

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
REPLY, DEFERRED_REPLY, DEFERRED_UPDATE, UPDATE, SUGGESTIONS, MODAL = 4, 5, 6, 7, 8, 9
BY_GUILD, BY_USER = "0", "1"


@dataclass(frozen=True, slots=True)
class Modal:
    """A dialogue that the bot opened."""

    json: Json

    @property
    def title(self) -> str:
        return self.json["title"]

    @property
    def labels(self) -> list[str]:
        """What stands above its fields."""
        return list(self.fields)

    @property
    def texts(self) -> list[str]:
        """What it says between its fields."""
        return components.texts(self.json["components"])

    @property
    def fields(self) -> dict[str, Json]:
        """Its fields, by what stands above them."""
        labelled = [it for it in self.json["components"] if it["type"] == components.LABEL]
        found = {cast("str", it["label"]): cast("Json", it["component"]) for it in labelled}
        rows = [it for it in self.json["components"] if it["type"] == components.ROW]
        return found | {row["components"][0]["label"]: row["components"][0] for row in rows}


@dataclass(slots=True, eq=False, kw_only=True)
class Interaction:
    """What somebody did, and what the bot made of it.

    Attributes:
        kind: a command, a component, suggestions that are wanted, a dialogue that was sent.
        data: what Discord says of it.
        owners: for whom the app is installed where it was used.
        command: the definition of the command.
        on: the message whose component was used.
        sent: when, in seconds of the fake's clock.
        acknowledged_s: how long the bot took to answer, None when it did not yet.
        response_type: how it answered, as Discord numbers it.
        original: the message it answered with; that of the component when that is updated.
        followups: the messages it sent besides.
        choices: what it suggested.
        modal: the dialogue it opened.
    """

    id: int
    token: str
    kind: int
    who: Person
    channel: Channel
    data: Json
    owners: dict[str, str]
    command: Json | None = None
    on: Message | None = None
    sent: float
    acknowledged_s: float | None = None
    response_type: int | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list["Message"])
    choices: list[tuple[str, str | int | float]] = field(
        default_factory=list[tuple[str, str | int | float]]
    )
    modal: Modal | None = None

    @property
    def is_ephemeral(self) -> bool:
        """Whether only who asked sees the answer."""
        return self.original is not None and self.original.is_ephemeral

    @property
    def is_of_user_install(self) -> bool:
        """Whether nothing but the person's own installation of the app lets it be used here."""
        return BY_GUILD not in self.owners

    @property
    def upload_bytes(self) -> int:
        """How large a file of the answer may be."""
        return max(limits.UPLOAD_BYTES[0], self.channel.upload_bytes)

    def check_open(self) -> None:
        """Check that a first answer can be given.

        Raises:
            ApiError: it is too late, or there was one.
        """
        if self.age_s > limits.ACKNOWLEDGED_WITHIN.total_seconds():
            raise unknown_interaction()
        if self.acknowledged_s is not None:
            raise already_acknowledged()

    def acknowledge(self, kind: int) -> None:
        """Take the first answer."""
        self.acknowledged_s, self.response_type = self.age_s, kind

    def check_token(self) -> None:
        """Check that more can be said.

        Raises:
            ApiError: the token is too old, or nothing was said yet.
        """
        if self.age_s > limits.TOKEN_LIVES_FOR.total_seconds():
            raise self._expired()
        if self.acknowledged_s is None:
            raise unknown_webhook()

    @property
    def age_s(self) -> float:
        """How long ago it was sent."""
        return self.channel.world.clock.seconds() - self.sent

    def _expired(self) -> ApiError:
        is_unknown = self.channel.world.expired_as == unknown_webhook().code
        return unknown_webhook() if is_unknown else invalid_webhook_token()

    def json(self) -> Json:
        """Tell the bot of it."""
        channel, world = self.channel, self.channel.world
        may = str(channel.may(self.who))
        said: Json = {
            "id": str(self.id),
            "application_id": str(world.application_id),
            "type": self.kind,
            "token": self.token,
            "version": 1,
            "data": self.data,
            "channel_id": str(channel.id),
            "channel": channel_json(channel) | {"permissions": may},
            "app_permissions": str(channel.may(world.bot)),
            "locale": self.who.locale,
            "entitlements": [],
            "authorizing_integration_owners": self.owners,
            "context": channel.context,
            "attachment_size_limit": self.upload_bytes,
        }
        if self.on is not None:
            said["message"] = message_json(self.on)
        return said | self._who(may)

    def _who(self, may: str) -> Json:
        guild = self.channel.guild
        if guild is None:
            return {"user": self.who.json()}
        member = member_json(guild, self.who) | {"user": self.who.json(), "permissions": may}
        return {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "member": member,
        }
