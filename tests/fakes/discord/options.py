"""What people write behind a command, checked as their app checks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tests.fakes.discord.commands import ATTACHMENT, GROUP, SUBCOMMAND
from tests.fakes.discord.errors import Json
from tests.fakes.discord.files import Upload
from tests.fakes.discord.people import Person
from tests.fakes.discord.places import Channel
from tests.fakes.discord.wire import channel_json, member_json

if TYPE_CHECKING:
    from tests.fakes.discord.world import World

_USER, _CHANNEL, _NUMBER = 6, 7, 10
_TYPES: dict[int, type | tuple[type, ...]] = {
    3: str,
    4: int,
    5: bool,
    _USER: Person,
    _CHANNEL: Channel,
    _NUMBER: (int, float),
    ATTACHMENT: (bytes, Upload),
}


class Resolved:
    """What the ids in an interaction's data stand for."""

    def __init__(self, world: World, channel: Channel) -> None:
        self.json: dict[str, Json] = {}
        self._world = world
        self._channel = channel

    def person(self, person: Person) -> str:
        """Name a person, who may be in the guild."""
        number = str(person.id)
        self.json.setdefault("users", {})[number] = person.json()
        guild = self._channel.guild
        is_here = guild is not None and (
            person in guild.members or (person.is_bot and guild.has_bot)
        )
        if guild is not None and is_here:
            member = member_json(guild, person) | {"permissions": str(guild.may(person))}
            self.json.setdefault("members", {})[number] = member
        return number

    def file(self, given: bytes | Upload) -> str:
        """Upload a file."""
        world = self._world
        kept = world.files.keep(given, f"ephemeral-attachments/{world.application_id}")
        self.json.setdefault("attachments", {})[str(kept.id)] = world.files.json(kept)
        return str(kept.id)

    def channel(self, channel: Channel) -> str:
        """Name a channel."""
        may = {"permissions": str(channel.may(self._world.bot))}
        self.json.setdefault("channels", {})[str(channel.id)] = channel_json(channel) | may
        return str(channel.id)


def filled(
    command: Json, path: list[str], given: dict[str, Any], resolved: Resolved, *, focused: str = ""
) -> list[Json]:
    """Write the options of a command; a subcommand is an option that has its own.

    Raises:
        AssertionError: a person could not send that.
    """
    known = cast("list[Json]", command.get("options") or [])
    if known and known[0]["type"] in {SUBCOMMAND, GROUP}:
        names = [it["name"] for it in known]
        assert path, f"{command['name']} is none but with one of {names}"
        assert path[0] in names, f"no {path[0]!r} among {names}"
        below = next(it for it in known if it["name"] == path[0])
        inner = filled(below, path[1:], given, resolved, focused=focused)
        return [{"name": path[0], "type": below["type"], "options": inner}]
    assert not path, f"{command['name']} has no {path[0]!r}"
    names = {it["name"]: it for it in known}
    assert given.keys() <= names.keys(), f"no {given.keys() - names.keys()} among {list(names)}"
    missing = [it["name"] for it in known if it.get("required") and it["name"] not in given]
    assert focused or not missing, f"{missing} must be given"
    return [_option(names[name], it, resolved, focused) for name, it in given.items()]


def _option(option: Json, given: Any, resolved: Resolved, focused: str) -> Json:
    name, kind = option["name"], option["type"]
    said: Json = {"name": name, "type": kind}
    if name == focused:
        assert option.get("autocomplete"), f"nothing is suggested for {name!r}"
        return said | {"value": given, "focused": True}
    assert isinstance(given, _TYPES[kind]), f"{name!r} cannot be {given!r}"
    _check(option, given)
    if isinstance(given, Person):
        given = resolved.person(given)
    elif isinstance(given, Channel):
        given = resolved.channel(given)
    elif isinstance(given, (bytes, Upload)):
        given = resolved.file(given)
    return said | {"value": given}


def _check(option: Json, given: Any) -> None:
    name = option["name"]
    choices = [choice["value"] for choice in option.get("choices") or []]
    assert not choices or given in choices, f"{name!r} can only be one of {choices}"
    size = len(given) if isinstance(given, str) else given
    kinds = ("min_length", "max_length") if isinstance(given, str) else ("min_value", "max_value")
    least, most = (option.get(kind) for kind in kinds)
    assert least is None or size >= least, f"{name!r} is less than {least}"
    assert most is None or size <= most, f"{name!r} is more than {most}"
