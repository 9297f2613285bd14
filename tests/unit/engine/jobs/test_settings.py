from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.jobs.masking import masked_url
from engine.jobs.media.place import Bucket
from engine.jobs.settings import PREFIX, BadSetting, SharedSettings


@pytest.fixture(autouse=True)
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def read(monkeypatch: pytest.MonkeyPatch, **values: str) -> SharedSettings:
    for name, value in values.items():
        monkeypatch.setenv(PREFIX + name.upper(), value)
    return SharedSettings.read()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("redis_url", "http://zoe:hush@host"),
        ("redis_url", "redis://zoe:hu@sh@host/queue"),
        ("redis_url", "redis+sentinel://host/mymaster?sentinel_pass=hush"),
        ("redis_url", "redis+sentinel://host?sentinel_password=hush"),
        ("redis_url", ":hush@host:6379"),
        ("media_url", "gs://zoe:hush@bucket"),
        ("media_url", "s3://"),
        ("media_endpoint", "zoe:hush@minio:9000"),
    ],
)
def test_a_bad_place_is_one_sentence_that_names_the_setting_and_tells_no_password(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(BadSetting) as bad:
        read(monkeypatch, **{name: value})
    sentence = str(bad.value)
    assert sentence.startswith(f"{PREFIX}{name.upper()}: must ")
    assert "hush" not in sentence
    assert "\n" not in sentence
    assert bad.value.__cause__ is None


def test_half_an_access_key_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadSetting, match="ZOETROPE_MEDIA_SECRET"):
        read(monkeypatch, media_url="s3://bucket", media_key_id="key")


def test_media_are_in_the_data_unless_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert read(monkeypatch, data=str(tmp_path)).media == tmp_path / "media"
    folder = tmp_path / "a folder"
    for url in (str(folder), folder.as_uri()):
        assert read(monkeypatch, media_url=url).media == folder


def test_a_bucket_and_how_to_log_in(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(
        monkeypatch,
        media_url="s3://bucket/zoetrope",
        media_endpoint="http://minio:9000",
        media_region="auto",
        media_key_id="key",
        media_secret="hush",
    )
    assert settings.media == Bucket(
        url="s3://bucket/zoetrope",
        endpoint="http://minio:9000",
        region="auto",
        key_id="key",
        secret="hush",
    )
    assert "hush" not in repr(settings)


def test_a_masked_url_still_says_where() -> None:
    assert masked_url("rediss://zoe:hush@host:6379/0") == "rediss://***@host:6379/0"
    assert masked_url("postgresql://host/db?password=hush&sslmode=require") == (
        "postgresql://host/db?password=***&sslmode=require"
    )
    assert masked_url("redis://host:6379/0") == "redis://host:6379/0"
