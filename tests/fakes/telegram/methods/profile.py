"""Methods about what the bot says of itself."""

from __future__ import annotations

import re

from tests.fakes.telegram import limits
from tests.fakes.telegram.calls import Call
from tests.fakes.telegram.errors import Json, bad_request
from tests.fakes.telegram.methods.method import Method
from tests.fakes.telegram.profile import DEFAULT_SCOPE, key
from tests.fakes.telegram.world import World

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"([a-z]{2})?")
_WORDS = {
    "Name": limits.BOT_NAME,
    "Description": limits.BOT_DESCRIPTION,
    "ShortDescription": limits.BOT_SHORT_DESCRIPTION,
}


def set_my_commands(world: World, call: Call) -> bool:
    commands = call.list("commands") or []
    if len(commands) > limits.COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.fullmatch(command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= limits.length(command["description"]) <= limits.COMMAND_DESCRIPTION:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    world.profile.commands[_where(call)] = commands
    return True


def get_my_commands(world: World, call: Call) -> list[Json]:
    return world.profile.commands.get(_where(call), [])


def delete_my_commands(world: World, call: Call) -> bool:
    world.profile.commands.pop(_where(call), None)
    return True


def _setter(what: str, field: str, longest: int) -> Method:
    def set_words(world: World, call: Call) -> bool:
        words = call.text(field) or ""
        if limits.length(words) > longest:
            raise bad_request(f"{field} is too long")
        world.profile.words.setdefault(field, {})[_language(call)] = words
        return True

    return set_words


def _getter(what: str, field: str) -> Method:
    def get_words(world: World, call: Call) -> Json:
        default = world.bot.name if what == "Name" else ""
        return {field: world.profile.said(field, _language(call)) or default}

    return get_words


def _where(call: Call) -> tuple[str, str]:
    return key(call.object("scope") or DEFAULT_SCOPE), _language(call)


def _language(call: Call) -> str:
    language = call.text("language_code") or ""
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("LANG_CODE_INVALID")
    return language


def _field(what: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", what).lower()


METHODS: dict[str, Method] = {
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    **{f"setMy{w}": _setter(w, _field(w), longest) for w, longest in _WORDS.items()},
    **{f"getMy{w}": _getter(w, _field(w)) for w in _WORDS},
}
