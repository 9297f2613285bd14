"""What stands under a message or in a dialogue: buttons, selects, texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from tests.fakes.discord.errors import Json

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SECTION, TEXT_DISPLAY, THUMBNAIL, MEDIA_GALLERY, FILE, SEPARATOR, CONTAINER = (
    9,
    10,
    11,
    12,
    13,
    14,
    17,
)
LABEL, FILE_UPLOAD = 18, 19
SELECTS = (STRING_SELECT, 5, 6, 7, 8)
LINK, PREMIUM = 5, 6


@dataclass(frozen=True, slots=True)
class Button:
    """A button."""

    json: Json

    @property
    def label(self) -> str:
        emoji = self.json.get("emoji") or {}
        return self.json.get("label") or emoji.get("name") or ""

    @property
    def custom_id(self) -> str | None:
        return self.json.get("custom_id")

    @property
    def url(self) -> str | None:
        return self.json.get("url")

    @property
    def is_disabled(self) -> bool:
        return bool(self.json.get("disabled"))


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a select."""

    select: Json
    json: Json

    @property
    def label(self) -> str:
        return self.json["label"]

    @property
    def value(self) -> str:
        return self.json["value"]


def every(components: list[Json]) -> Iterator[Json]:
    """Go through components and those inside them."""
    for component in components:
        yield component
        yield from every(inside(component))


def inside(component: Json) -> list[Json]:
    """List what is directly in a component."""
    one = [component[name] for name in ("component", "accessory") if component.get(name)]
    return [*cast("list[Json]", component.get("components") or []), *one]


def buttons(components: list[Json]) -> list[Button]:
    """List the buttons."""
    return [Button(it) for it in every(components) if it.get("type") == BUTTON]


def options(components: list[Json]) -> list[Option]:
    """List what can be chosen."""
    selects = [it for it in every(components) if it.get("type") == STRING_SELECT]
    return [Option(select, it) for select in selects for it in select.get("options", [])]


def numbers(component: Json) -> tuple[int, int]:
    """Say how few and how many can be chosen; one when nothing is said."""
    least, most = component.get("min_values"), component.get("max_values")
    return 1 if least is None else least, 1 if most is None else most


def texts(components: list[Json]) -> list[str]:
    """List the texts of Components V2."""
    return [it["content"] for it in every(components) if it.get("type") == TEXT_DISPLAY]


def media(component: Json) -> list[Json]:
    """List the media that a component itself shows."""
    if component.get("type") == MEDIA_GALLERY:
        return [item["media"] for item in component.get("items", [])]
    key = {THUMBNAIL: "media", FILE: "file"}.get(cast("int", component.get("type")))
    return [component[key]] if key is not None and component.get(key) else []


def numbered(components: list[Json]) -> list[Json]:
    """Copy components and give an id to each that has none."""
    taken = {it["id"] for it in every(components) if it.get("id")}
    fresh = (number for number in range(1, 1000) if number not in taken)

    def copied(value: Any) -> Any:
        if isinstance(value, list):
            return [copied(it) for it in cast("list[Any]", value)]
        if not isinstance(value, dict):
            return value
        known = cast("Json", value)
        mine = {"id": known.get("id") or next(fresh)} if isinstance(known.get("type"), int) else {}
        return {name: copied(it) for name, it in known.items()} | mine

    return copied(components)
