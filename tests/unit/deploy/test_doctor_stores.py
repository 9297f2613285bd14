"""What the doctor says of real stores: well, wrong and away."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import closing
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bots.settings import BotSettings
from bots.store.database import Database
from deploy import valkey as embedded
from deploy.doctor.database import look_at_database
from deploy.doctor.finding import Finding
from deploy.doctor.media import look_at_media
from deploy.doctor.queue import look_at_queue, look_at_server
from deploy.polling import wait_until
from engine.jobs.job import MediaKey
from engine.jobs.keys import Key, prefix
from engine.jobs.media.store import MediaStore
from engine.jobs.settings import PREFIX, SharedSettings
from tests.fakes.s3 import SECRET, FakeS3
from tests.redis_servers import SOON_S, RedisProcess, Replicated
from tests.valkey import ValkeyProcess

PHOTO = MediaKey("photos/00112233445566778899aabbccddeeff.jpg")
Configure = Callable[..., BotSettings]


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Configure:
    def configure(**values: str) -> BotSettings:
        for name, value in values.items():
            monkeypatch.setenv(PREFIX + name.upper(), value)
        return BotSettings.read()

    return configure


@pytest.fixture
async def s3(configured: Configure) -> AsyncGenerator[FakeS3]:
    s3 = FakeS3()
    async with s3.running():
        configured(**s3.settings())
        yield s3


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.what: finding for finding in findings}


def mends(findings: list[Finding]) -> dict[str, str]:
    return {finding.what: finding.mend for finding in findings if finding.mend}


async def test_a_server_that_is_as_it_should_be(valkey: ValkeyProcess, redis: Redis) -> None:
    findings = await look_at_server(valkey.url)
    assert mends(findings) == {}
    assert list(by_name(findings)) == ["queue", "queue on disk", "queue memory", "queue code"]
    assert by_name(findings)["queue"].found.startswith("Valkey 9")


async def test_the_server_that_up_brings_is_looked_at_while_it_runs(
    own_data: Path,
) -> None:
    place = own_data / embedded.FOLDER
    place.mkdir(parents=True)
    server = ValkeyProcess(place)
    [asleep] = await look_at_queue(SharedSettings.read())
    assert "not running now" in asleep.found
    server.start()
    try:
        assert "Valkey" in by_name(await look_at_queue(SharedSettings.read()))["queue"].found
    finally:
        server.kill()


async def test_a_server_that_keeps_nothing_and_throws_away(
    valkey: ValkeyProcess, redis: Redis
) -> None:
    await redis.config_set("appendonly", "no")
    await redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        assert list(mends(await look_at_server(valkey.url))) == ["queue on disk", "queue memory"]
    finally:
        await redis.config_set("appendonly", "yes")
        await redis.config_set("maxmemory-policy", "noeviction")


async def test_a_server_that_is_nearly_full(valkey: ValkeyProcess, redis: Redis) -> None:
    await redis.config_set("maxmemory", int((await redis.info("memory"))["used_memory"] * 1.1))
    try:
        assert "raise maxmemory" in mends(await look_at_server(valkey.url))["queue memory"]
    finally:
        await redis.config_set("maxmemory", 0)


async def test_a_queue_of_another_version(valkey: ValkeyProcess, redis: Redis) -> None:
    await redis.set(prefix("main") + Key.SCHEMA, "99")
    [finding] = [f for f in await look_at_server(valkey.url) if f.mend]
    assert "layout 99" in finding.found


async def test_a_wrong_password_is_told_and_not_shown(valkey: ValkeyProcess) -> None:
    [finding] = await look_at_server(valkey.url.replace("redis://:", "redis://:hush-"))
    assert "user and password" in finding.mend
    assert "hush" not in str(finding)


async def test_a_replica_takes_no_jobs(tmp_path: Path) -> None:
    server = RedisProcess(tmp_path / "redis", "replicaof 127.0.0.1 1")
    server.start()
    try:
        assert await server.is_up()
        findings = await look_at_server(server.url())
        assert list(by_name(findings)) == ["queue", "queue role"]
        assert "127.0.0.1:1," in by_name(findings)["queue role"].found
        assert "redis+sentinel://" in mends(findings)["queue role"]
    finally:
        server.kill()


async def test_sentinels_that_go_are_counted(tmp_path: Path) -> None:
    servers = Replicated(tmp_path / "redis", "hush")
    try:
        await servers.start()

        async def is_well() -> bool:
            return not mends(await look_at_server(servers.url))

        assert await wait_until(is_well, within_s=SOON_S)
        found = by_name(await look_at_server(servers.url))
        assert found["Sentinels"].found == "all 3 answer"
        assert found["queue replicas"].found == "1"

        unknown = await look_at_server(servers.url.replace("mymaster", "another"))
        assert by_name(unknown)["Sentinels"].found.startswith("0 of 3 know the master")

        for sentinel in servers.sentinels[:2]:
            sentinel.kill()

        async def is_told() -> bool:
            return "Sentinel quorum" in mends(await look_at_server(servers.url))

        assert await wait_until(is_told, within_s=SOON_S)
        found = by_name(await look_at_server(servers.url))
        assert found["Sentinels"].found.startswith("1 of 3 know the master")
        assert not any("hush" in str(finding) for finding in found.values())
    finally:
        servers.stop()


async def test_a_database_before_the_first_bot_and_after(
    configured: Configure, own_data: Path
) -> None:
    [nothing] = await look_at_database(configured())
    assert "none yet" in nothing.found
    assert not own_data.exists()

    own_data.mkdir()
    database = Database.at(configured().database)
    await database.migrate()
    await database.close()
    findings = by_name(await look_at_database(configured()))
    assert "WAL mode" in findings["database"].found
    assert findings["database tables"].found == "current"
    assert mends(list(findings.values())) == {}


@pytest.mark.parametrize(("revision", "mend"), [("0001", "a bot"), ("9999", "newer version")])
async def test_tables_of_another_version(
    configured: Configure, own_data: Path, revision: str, mend: str
) -> None:
    own_data.mkdir()
    database = Database.at(configured().database)
    await database.migrate()
    await database.close()
    with closing(sqlite3.connect(own_data / "zoetrope.db")) as file:
        file.execute("UPDATE alembic_version SET version_num = ?", [revision])
        file.commit()
        file.execute("PRAGMA journal_mode = DELETE")
    told = mends(await look_at_database(configured()))
    assert mend in told["database tables"]
    assert "start a bot" in told["database"]


@pytest.mark.parametrize(
    ("url", "mend"),
    [
        ("postgresql://zoe:hush@127.0.0.1:1/zoe", "start that server"),
        ("mysql://zoe:hush@host/zoe", "correct that setting"),
    ],
)
async def test_a_database_that_is_not_there(configured: Configure, url: str, mend: str) -> None:
    [finding] = await look_at_database(configured(database_url=url))
    assert mend in finding.mend
    assert "hush" not in str(finding)


async def test_a_bucket_that_works_is_left_as_it_was(configured: Configure, s3: FakeS3) -> None:
    findings = await look_at_media(configured())
    assert mends(findings) == {}
    assert by_name(findings)["media room"].found == "0.0 of 10.0 GB used"
    assert s3.objects == {}
    assert any(request.startswith("PUT") for request in s3.requests)


@pytest.mark.parametrize(
    ("values", "mend"),
    [
        ({"media_secret": "wrong-one"}, "MEDIA_SECRET"),
        ({"media_url": "s3://another"}, "make the bucket"),
        ({"media_endpoint": "http://127.0.0.1:1"}, "start the store"),
    ],
)
async def test_a_bucket_that_cannot_be_used(
    configured: Configure, s3: FakeS3, values: dict[str, str], mend: str
) -> None:
    [finding] = await look_at_media(configured(**values))
    assert mend in finding.mend
    assert "wrong-one" not in str(finding)
    assert SECRET not in str(finding)


async def test_a_full_bucket(configured: Configure, s3: FakeS3) -> None:
    s3.failing = (507, "XMinioStorageFull")
    [finding] = await look_at_media(configured())
    assert finding.mend == "make room there"


async def test_a_quota_that_is_used_up(configured: Configure, own_data: Path) -> None:
    settings = configured(media_gb="0.00001")
    [nothing] = await look_at_media(settings)
    assert "none yet" in nothing.found
    assert not own_data.exists()

    await MediaStore.at(settings.media).put(PHOTO, bytes(9_500))
    assert "ZOETROPE_MEDIA_GB" in mends(await look_at_media(settings))["media room"]
