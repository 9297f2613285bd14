"""Settings: defaults that work, and one sentence for each value that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.accounts import Policy
from bots.settings import BotSettings
from engine.jobs.order import USUAL_CAPS, Caps
from engine.jobs.settings import BadSetting


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)


def test_the_defaults_let_only_the_local_page_in_and_listen_on_loopback() -> None:
    settings = BotSettings.read()
    assert settings.policy == Policy()
    assert settings.web_host == "127.0.0.1"
    assert settings.database.startswith("sqlite+aiosqlite:////")


def test_the_caps_are_the_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    assert BotSettings.read().caps == USUAL_CAPS
    for number, name in enumerate(("", "PLACE_"), start=3):
        monkeypatch.setenv(f"ZOETROPE_MAX_{name}WAITING", str(10 * number))
        monkeypatch.setenv(f"ZOETROPE_MAX_{name}RUNNING", str(number))
    assert BotSettings.read().caps == Caps(
        person_waiting=30, person_running=3, place_waiting=40, place_running=4
    )


def test_names_have_commas_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOETROPE_OWNERS", "telegram:1, discord:2,")
    assert BotSettings.read().owners == ("telegram:1", "discord:2")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DAILY_LIMIT", "many", 'must be a whole number from 0, not "many"'),
        ("DAILY_LIMIT", "-1", 'must be a whole number from 0, not "-1"'),
        ("MAX_PLACE_RUNNING", "0", 'must be a whole number from 1, not "0"'),
        ("GIVE_UP_HOURS", "0", 'must be a number above 0, not "0"'),
        ("MEDIA_GB", "0", 'must be a number above 0, not "0"'),
        ("WEB_PORT", "99999", 'must be a whole number from 0 up to 65535, not "99999"'),
        ("WEB_HTTPS", "perhaps", 'must be true or false, not "perhaps"'),
        ("DISCORD_SHARD_COUNT", "-1", 'must be a whole number from 0, not "-1"'),
        ("DISCORD_SHARD_IDS", "0-3", 'must be whole numbers with commas between, not "0-3"'),
        ("LANGUAGE", "fr", "must be 'en' or 'zh', not \"fr\""),
    ],
)
def test_a_bad_value_is_named_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"ZOETROPE_{name}", value)
    with pytest.raises(BadSetting) as bad:
        BotSettings.read()
    assert str(bad.value) == f"ZOETROPE_{name}: {sentence}"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org"])
def test_a_page_beyond_loopback_needs_a_password(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("ZOETROPE_WEB_HOST", host)
    with pytest.raises(BadSetting, match="ZOETROPE_WEB_PASSWORD: must be set"):
        BotSettings.read()
    monkeypatch.setenv("ZOETROPE_WEB_PASSWORD", "a secret")
    settings = BotSettings.read()
    assert "a secret" not in repr(settings)


def test_a_page_reached_under_other_names_needs_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOETROPE_WEB_HOSTS", "chat.example.org")
    with pytest.raises(BadSetting, match="ZOETROPE_WEB_PASSWORD: must be set"):
        BotSettings.read()
    monkeypatch.setenv("ZOETROPE_WEB_PASSWORD", "a secret")
    assert BotSettings.read().web_hosts == ("chat.example.org",)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_loopback_needs_none(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("ZOETROPE_WEB_HOST", host)
    assert BotSettings.read().web_password is None


def test_a_process_may_run_some_of_the_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    assert BotSettings.read().discord_shard_ids == ()
    monkeypatch.setenv("ZOETROPE_DISCORD_SHARD_IDS", "2, 3")
    monkeypatch.setenv("ZOETROPE_DISCORD_SHARD_COUNT", "4")
    settings = BotSettings.read()
    assert (settings.discord_shard_ids, settings.discord_shard_count) == ((2, 3), 4)


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        ("", "ZOETROPE_DISCORD_SHARD_COUNT: must be set"),
        ("2", "ZOETROPE_DISCORD_SHARD_IDS: must be below .*, which is 2, not 3"),
    ],
)
def test_shards_are_some_of_all(monkeypatch: pytest.MonkeyPatch, count: str, sentence: str) -> None:
    monkeypatch.setenv("ZOETROPE_DISCORD_SHARD_IDS", "0,3")
    monkeypatch.setenv("ZOETROPE_DISCORD_SHARD_COUNT", count)
    with pytest.raises(BadSetting, match=sentence):
        BotSettings.read()
