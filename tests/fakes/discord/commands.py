"""The application's commands: what is registered, and whether Discord takes it."""

from __future__ import annotations

import re
from typing import cast

from tests.fakes.discord import limits
from tests.fakes.discord.clock import Clock
from tests.fakes.discord.errors import ApiError, Json, invalid, too_long

SLASH, USER, MESSAGE = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, ATTACHMENT = 1, 2, 3, 4, 5, 11
_NAME = re.compile(r"[-_'\w\u0900-\u097f\u0e00-\u0e7f]{1,32}")
_LOCALES = re.compile(
    "id|da|de|en-GB|en-US|es-ES|es-419|fr|hr|it|lt|hu|nl|no|pl|pt-BR|ro|fi|sv-SE|vi|tr|cs|el|bg|ru"
    "|uk|hi|th|zh-CN|ja|zh-TW|ko"
)
_KINDS = range(SUBCOMMAND, ATTACHMENT + 1)


class Commands:
    """What can be used of the application."""

    def __init__(self, clock: Clock) -> None:
        self.all: list[Json] = []
        self._clock = clock

    def replace(self, definitions: list[Json], application_id: int) -> list[Json]:
        """Register other commands instead; those of the same name keep their id.

        Raises:
            ApiError: Discord would refuse them.
        """
        named = [(it.get("type", SLASH), it.get("name")) for it in definitions]
        if len(set(named)) < len(named):
            raise invalid(
                "name",
                "Application command names must be unique",
                "APPLICATION_COMMANDS_DUPLICATE_NAME",
            )
        for kind, most in limits.COMMANDS.items():
            if sum(it[0] == kind for it in named) > most:
                why = f"Maximum number of application commands reached ({most})."
                raise ApiError(400, 30032, why)
        for number, definition in enumerate(definitions):
            _check(str(number), definition)
        ids = {(it["type"], it["name"]): it["id"] for it in self.all}
        self.all = [
            _defaults(it)
            | {
                "id": ids.get((it.get("type", SLASH), it["name"])) or str(self._clock.new_id()),
                "application_id": str(application_id),
                "version": str(self._clock.new_id()),
            }
            for it in definitions
        ]
        return self.all

    def find(self, kind: int, name: str) -> Json:
        """Find a command.

        Raises:
            AssertionError: there is none of that name.
        """
        names = [it["name"] for it in self.all if it["type"] == kind]
        assert name in names, f"no command {name!r} of type {kind} among {names}"
        return next(it for it in self.all if (it["type"], it["name"]) == (kind, name))


def _defaults(definition: Json) -> Json:
    return {
        "type": SLASH,
        "description": "",
        "options": [],
        "default_member_permissions": None,
        "nsfw": False,
    } | definition


def _check(where: str, command: Json) -> None:
    kind = command.get("type", SLASH)
    if kind == SLASH:
        _check_name(where, command)
    elif not 1 <= len(command.get("name") or "") <= limits.COMMAND_NAME:
        raise too_long(f"{where}.name", limits.COMMAND_NAME)
    elif command.get("description") or command.get("options"):
        why = "Context menu commands cannot have a description or options"
        raise invalid(f"{where}.description", why, "APPLICATION_COMMAND_INVALID")
    for name, most in (("contexts", 2), ("integration_types", 1)):
        if not all(0 <= it <= most for it in command.get(name) or []):
            raise invalid(f"{where}.{name}", "Value is not one of those.", "BASE_TYPE_CHOICES")
    _check_localizations(where, command)
    _check_options(where, command)
    if _characters(command) > limits.COMMAND_CHARACTERS:
        why = f"Command exceeds maximum size ({limits.COMMAND_CHARACTERS})"
        raise invalid(where, why, "APPLICATION_COMMAND_TOO_LARGE")


def _check_name(where: str, it: Json) -> None:
    name = it.get("name") or ""
    if not _NAME.fullmatch(name) or name != name.lower():
        raise invalid(
            f"{where}.name", "Command name is invalid", "APPLICATION_COMMAND_INVALID_NAME"
        )
    if not 1 <= len(it.get("description") or "") <= limits.COMMAND_DESCRIPTION:
        why = f"Must be between 1 and {limits.COMMAND_DESCRIPTION} in length."
        raise invalid(f"{where}.description", why, "BASE_TYPE_BAD_LENGTH")


def _check_localizations(where: str, it: Json) -> None:
    for field, most in (("name", limits.COMMAND_NAME), ("description", limits.COMMAND_DESCRIPTION)):
        for locale, text in (it.get(f"{field}_localizations") or {}).items():
            at = f"{where}.{field}_localizations.{locale}"
            if not _LOCALES.fullmatch(locale):
                raise invalid(at, "Unknown locale.", "ENUM_TYPE_COERCE")
            if not 1 <= len(text) <= most:
                raise too_long(at, most)


def _check_options(where: str, it: Json) -> None:
    options = cast("list[Json]", it.get("options") or [])
    if len(options) > limits.OPTIONS:
        raise too_long(f"{where}.options", limits.OPTIONS)
    if len({option.get("name") for option in options}) < len(options):
        raise invalid(
            f"{where}.options",
            "Option names must be unique.",
            "APPLICATION_COMMAND_OPTIONS_DUPLICATE_NAME",
        )
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        why = "Required options must be placed before non-required options"
        raise invalid(f"{where}.options", why, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID")
    for number, option in enumerate(options):
        _check_option(f"{where}.options.{number}", option)


def _check_option(where: str, option: Json) -> None:
    _check_name(where, option)
    _check_localizations(where, option)
    if option.get("type") not in _KINDS:
        raise invalid(f"{where}.type", f"Must be one of {list(_KINDS)}.", "BASE_TYPE_CHOICES")
    choices = cast("list[Json]", option.get("choices") or [])
    if choices and option.get("autocomplete"):
        raise invalid(
            where, "Autocomplete excludes choices.", "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES"
        )
    if len(choices) > limits.CHOICES:
        raise too_long(f"{where}.choices", limits.CHOICES)
    for choice in choices:
        check_choice(f"{where}.choices", choice)
    _check_options(where, option)


def check_choice(where: str, choice: Json) -> None:
    """Check a choice, or a suggestion.

    Raises:
        ApiError: Discord would refuse it.
    """
    if not 1 <= len(choice.get("name") or "") <= limits.CHOICE_NAME:
        raise too_long(f"{where}.name", limits.CHOICE_NAME)
    if len(str(choice.get("value", ""))) > limits.CHOICE_VALUE:
        raise too_long(f"{where}.value", limits.CHOICE_VALUE)


def _characters(it: Json) -> int:
    """Count what Discord counts: of names and descriptions the longest translation."""
    total = 0
    for field in ("name", "description"):
        translated = (it.get(f"{field}_localizations") or {}).values()
        total += max(map(len, [it.get(field) or "", *translated]))
    values = [choice.get("value") for choice in it.get("choices") or []]
    total += sum(len(value) for value in values if isinstance(value, str))
    return total + sum(map(_characters, it.get("options") or []))
