"""Who is let in on a platform, and whether it has a bot."""

from __future__ import annotations

import pytest

from bots.accounts import Policy
from bots.settings import BotSettings
from deploy.platforms import DISCORD, PLATFORMS, TELEGRAM, Platform

EACH = pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.id)


@EACH
@pytest.mark.parametrize(
    "policy",
    [
        Policy(owners=("telegram:4211", "discord:4211")),
        Policy(allowed_people=("telegram:*", "discord:*")),
        Policy(allowed_people=("*",)),
        Policy(allowed_people=("tele*", "disc*")),
        Policy(allowed_places=("telegram:-100200", "discord:77")),
    ],
)
def test_one_entry_lets_somebody_in(platform: Platform, policy: Policy) -> None:
    assert platform.lets_somebody_in(policy)


@pytest.mark.parametrize(("platform", "other"), [(TELEGRAM, DISCORD), (DISCORD, TELEGRAM)])
def test_who_is_let_in_elsewhere_is_not_let_in_here(platform: Platform, other: Platform) -> None:
    policy = Policy(owners=(f"{other.id}:1",), allowed_people=(f"{other.id}:*",))

    assert not platform.lets_somebody_in(policy)


@EACH
def test_nobody_is_let_in_until_the_operator_says_so(platform: Platform) -> None:
    assert not platform.lets_somebody_in(Policy())
    assert f"ZOETROPE_ALLOWED_PEOPLE={platform.id}:*" in platform.how_to_let_in


@EACH
def test_a_token_makes_a_bot(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not platform.has_bot(BotSettings.read())

    monkeypatch.setenv(f"ZOETROPE_{platform.id.upper()}_TOKEN", "42:hidden")
    settings = BotSettings.read()

    assert [it for it in PLATFORMS if it.has_bot(settings)] == [platform]
    assert "hidden" not in repr(settings)
