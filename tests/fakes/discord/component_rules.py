"""What Discord takes as components of a message or of a dialogue."""

from __future__ import annotations

from tests.fakes.discord import limits
from tests.fakes.discord.components import (
    BUTTON,
    CONTAINER,
    FILE,
    FILE_UPLOAD,
    LABEL,
    LINK,
    MEDIA_GALLERY,
    PREMIUM,
    ROW,
    SECTION,
    SELECTS,
    SEPARATOR,
    STRING_SELECT,
    TEXT_DISPLAY,
    TEXT_INPUT,
    every,
    inside,
    numbers,
    texts,
)
from tests.fakes.discord.errors import Json, invalid, too_long

_TOP_LEVEL = {ROW, SECTION, TEXT_DISPLAY, MEDIA_GALLERY, FILE, SEPARATOR, CONTAINER}
_IN_LABEL = {TEXT_INPUT, FILE_UPLOAD, *SELECTS}


def check_components(components: list[Json], *, is_v2: bool) -> None:
    """Check the components of a message.

    Raises:
        ApiError: Discord would refuse them.
    """
    if not is_v2 and len(components) > limits.ROWS:
        raise too_long("components", limits.ROWS)
    allowed = _TOP_LEVEL if is_v2 else {ROW}
    for number, component in enumerate(components):
        if component.get("type") not in allowed:
            why = f'Value of field "type" must be one of {sorted(allowed)}.'
            raise invalid(f"components.{number}", why, "UNION_TYPE_CHOICES")
    found = list(every(components))
    if len(found) > limits.COMPONENTS:
        raise too_long("components", limits.COMPONENTS)
    if sum(map(len, texts(components))) > limits.TEXT_DISPLAYS:
        raise too_long("components", limits.TEXT_DISPLAYS)
    _check_each(found)


def check_modal(modal: Json) -> None:
    """Check a dialogue.

    Raises:
        ApiError: Discord would refuse it.
    """
    _check_text("data.title", modal.get("title"), limits.MODAL_TITLE)
    _check_text("data.custom_id", modal.get("custom_id"), limits.CUSTOM_ID)
    components: list[Json] = modal.get("components") or []
    if not 1 <= len(components) <= limits.MODAL_COMPONENTS:
        why = f"Must be between 1 and {limits.MODAL_COMPONENTS} in length."
        raise invalid("data.components", why, "BASE_TYPE_BAD_LENGTH")
    for number, component in enumerate(components):
        _check_in_modal(f"data.components.{number}", component)
    _check_each(list(every(components)))


def _check_in_modal(where: str, component: Json) -> None:
    kind = component.get("type")
    if kind not in {ROW, TEXT_DISPLAY, LABEL}:
        raise invalid(
            where, 'Value of field "type" must be one of (1, 10, 18).', "UNION_TYPE_CHOICES"
        )
    if kind == LABEL:
        _check_text(f"{where}.label", component.get("label"), limits.LABEL)
        if len(component.get("description") or "") > limits.LABEL_DESCRIPTION:
            raise too_long(f"{where}.description", limits.LABEL_DESCRIPTION)
        if component["component"].get("type") not in _IN_LABEL:
            raise invalid(f"{where}.component", "Not allowed in a label.", "UNION_TYPE_CHOICES")


def _check_each(found: list[Json]) -> None:
    taken: set[str] = set()
    for component in found:
        kind = component.get("type")
        if kind == ROW:
            _check_row(component)
        elif kind == BUTTON:
            _check_button(component)
        elif kind in SELECTS:
            _check_select(component)
        own = component.get("custom_id")
        if own is None:
            continue
        _check_text("components.custom_id", own, limits.CUSTOM_ID)
        if own in taken:
            why = "Component custom id cannot be duplicated"
            raise invalid("components", why, "COMPONENT_CUSTOM_ID_DUPLICATED")
        taken.add(own)


def _check_row(row: Json) -> None:
    kinds = [it.get("type") for it in inside(row)]
    is_alone = len(kinds) == 1 and kinds[0] in {*SELECTS, TEXT_INPUT}
    are_buttons = 1 <= len(kinds) <= limits.BUTTONS_PER_ROW and set(kinds) == {BUTTON}
    if not is_alone and not are_buttons:
        why = "An action row has one to five buttons or one select."
        raise invalid("components", why, "COMPONENT_LAYOUT_WIDTH_EXCEEDED")


def _check_button(button: Json) -> None:
    if len(button.get("label") or "") > limits.BUTTON_LABEL:
        raise too_long("components.label", limits.BUTTON_LABEL)
    style = button.get("style")
    if style == PREMIUM:
        return
    if not button.get("label") and not button.get("emoji"):
        raise invalid("components", "A button must have a label or an emoji.", "BASE_TYPE_REQUIRED")
    wanted, other = ("url", "custom_id") if style == LINK else ("custom_id", "url")
    if not button.get(wanted) or button.get(other):
        raise invalid(
            f"components.{wanted}", "A button has a custom id or a url.", "BASE_TYPE_REQUIRED"
        )
    url = button.get("url") or ""
    if style == LINK and not url.startswith(("http://", "https://", "discord://")):
        why = "Scheme must be one of ('http', 'https', 'discord')."
        raise invalid("components.url", why, "URL_TYPE_INVALID_SCHEME")
    if len(url) > limits.URL:
        raise too_long("components.url", limits.URL)


def _check_select(select: Json) -> None:
    if not select.get("custom_id"):
        raise invalid("components.custom_id", "This field is required", "BASE_TYPE_REQUIRED")
    if len(select.get("placeholder") or "") > limits.PLACEHOLDER:
        raise too_long("components.placeholder", limits.PLACEHOLDER)
    if select["type"] != STRING_SELECT:
        return
    options: list[Json] = select.get("options") or []
    if not 1 <= len(options) <= limits.OPTIONS:
        why = f"Must be between 1 and {limits.OPTIONS} in length."
        raise invalid("components.options", why, "BASE_TYPE_BAD_LENGTH")
    for option in options:
        _check_text("components.options.label", option.get("label"), limits.OPTION_LABEL)
        _check_text("components.options.value", option.get("value"), limits.OPTION_LABEL)
        if len(option.get("description") or "") > limits.OPTION_LABEL:
            raise too_long("components.options.description", limits.OPTION_LABEL)
    if len({option["value"] for option in options}) < len(options):
        why = "The specified option value is already used"
        raise invalid("components.options", why, "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED")
    least, most = numbers(select)
    if not least <= most <= len(options):
        raise invalid("components.max_values", "More than there are options.", "NUMBER_TYPE_MAX")


def _check_text(where: str, text: object, most: int) -> None:
    if not isinstance(text, str) or not 1 <= len(text) <= most:
        raise invalid(where, f"Must be between 1 and {most} in length.", "BASE_TYPE_BAD_LENGTH")
