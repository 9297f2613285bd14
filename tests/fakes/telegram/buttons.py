"""The keys under a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from tests.fakes.telegram import limits
from tests.fakes.telegram.errors import Json, bad_request

Rows = list[list[Json]]


@dataclass(frozen=True, slots=True)
class Button:
    """One key of an inline keyboard."""

    label: str
    json: Json

    @property
    def data(self) -> str | None:
        return self.json.get("callback_data")

    @property
    def url(self) -> str | None:
        return self.json.get("url")


def buttons(markup: Json | None) -> list[list[Button]]:
    """List the inline keys of a markup, by rows."""
    rows = cast("Rows", (markup or {}).get("inline_keyboard", []))
    return [[Button(key["text"], key) for key in row] for row in rows]


def checked(markup: Json | None, *, inline_only: bool = False) -> Json | None:
    """Accept a markup; an empty keyboard is none.

    Raises:
        ApiError: Telegram would refuse it.
    """
    if markup is None:
        return None
    if "inline_keyboard" not in markup:
        if inline_only:
            raise bad_request("inline keyboard expected")
        return markup
    rows = [row for row in cast("Rows", markup["inline_keyboard"]) if row]
    if sum(map(len, rows)) > limits.BUTTONS or any(len(r) > limits.BUTTONS_PER_ROW for r in rows):
        raise bad_request("reply markup is too long")
    for key in (key for row in rows for key in row):
        _check(key)
    return {"inline_keyboard": rows} if rows else None


def _check(key: Json) -> None:
    if not key.get("text"):
        raise bad_request("can't parse inline keyboard button: button text is empty")
    kinds = key.keys() - {"text", "style", "icon_custom_emoji_id"}
    if not kinds:
        raise bad_request(
            "can't parse inline keyboard button: text buttons are unallowed in the inline keyboard"
        )
    data = key.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= limits.CALLBACK_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    url = key.get("url")
    if url is not None and not url.startswith(("http://", "https://", "tg://")):
        raise bad_request("BUTTON_URL_INVALID")
