"""The rules of a server, drawn within what Discord allows."""

from __future__ import annotations

from typing import Any

import pytest

from bots.desk.panel import Option, Panel
from bots.discord_api.rules_panel import rules_panel
from bots.texts.texts import Texts

STRING_SELECT, MOST_OPTIONS, MOST_PARTS = 3, 25, 40
ALL_SAID = "Settings."


def a_panel(effects: int) -> Panel:
    """Make the rules where there are so many effects."""
    named = [
        Option(label=f"Effect {number:03}", value=f"{number}", on=False)
        for number in range(effects)
    ]
    return Panel(
        text=ALL_SAID,
        rooms=[],
        roles=[],
        effects=named,
        daily=[Option(label="3 a day", value="3", on=True)],
        switches=[("who", "Who: everyone"), ("quiet", "Quiet hours"), ("spoiler", "Spoilers: off")],
    )


def drawn(effects: int) -> tuple[str, list[dict[str, Any]], int]:
    """Draw it; gives what it says, its lists of effects, and how many parts it has."""
    view = rules_panel(Texts.of("en"), a_panel(effects))
    text, *rows = view.to_components()
    parts = [part for row in rows for part in row["components"]]
    lists = [it for it in parts if it["type"] == STRING_SELECT and "effects" in it["custom_id"]]
    return text["content"], lists, 1 + len(rows) + len(parts)


@pytest.mark.parametrize("effects", [0, 1, 25, 26, 46, 350])
def test_every_effect_is_in_one_list(effects: int) -> None:
    text, lists, parts = drawn(effects)
    values = [option["value"] for it in lists for option in it["options"]]
    assert values == [str(number) for number in range(effects)]
    assert text == ALL_SAID
    assert all(1 <= it["max_values"] == len(it["options"]) <= MOST_OPTIONS for it in lists)
    assert len({it["custom_id"] for it in lists}) == len(lists)
    assert parts <= MOST_PARTS


def test_each_of_several_lists_says_from_where_to_where_it_goes() -> None:
    _, lists, _ = drawn(46)
    assert [it["placeholder"] for it in lists] == [
        "Effects from Effect 000 to Effect 024 (none picked in any list: all)",
        "Effects from Effect 025 to Effect 045 (none picked in any list: all)",
    ]


@pytest.mark.parametrize(
    ("effects", "left"), [(351, "1 more effect does not fit"), (400, "50 more effects do not fit")]
)
def test_effects_that_do_not_fit_in_are_counted(effects: int, left: str) -> None:
    text, lists, parts = drawn(effects)
    assert left in text
    assert sum(len(it["options"]) for it in lists) == 350
    assert parts <= MOST_PARTS
