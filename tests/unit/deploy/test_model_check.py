"""`zoetrope models check --tiny` says in a row what works of each family."""

from __future__ import annotations

import json

import pytest

from deploy.errors import CommandFailed
from deploy.model_check import check_tiny


def test_a_row_says_what_works_and_what_does_not_apply() -> None:
    said: list[str] = []

    check_tiny(["modelscope"], said.append, as_json=True)

    works = ("loaded", "ran", "cancelled", "reran", "seeded", "shaped", "offloaded")
    assert json.loads(said[0]) == [
        {"family": "modelscope", "loras": None, "cached": None} | dict.fromkeys(works, True)
    ]


def test_what_does_not_apply_is_a_dash_to_people() -> None:
    said: list[str] = []

    check_tiny(["modelscope"], said.append, as_json=False)

    _, *rows = said[0].splitlines()
    assert rows[-1].split() == ["modelscope", *["yes"] * 6, "-", "-", "yes"]


def test_a_family_that_is_unknown_is_named_beside_those_there_are() -> None:
    with pytest.raises(CommandFailed, match=r"no family sora: there are wan2\.1"):
        check_tiny(["sora"], print, as_json=True)
