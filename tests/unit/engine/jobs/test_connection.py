"""Every kind of Redis that operators have, and a master that is replaced under a client."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis

from deploy.polling import wait_until
from engine.jobs.connection import connect, reaching_redis
from engine.jobs.errors import QueueUnavailable
from engine.jobs.job import Job, JobState
from engine.jobs.queue import Claim, JobQueue
from tests.job_samples import LOOK, WORKER, a_job, able, at_most, success
from tests.redis_servers import SOON_S, RedisProcess, Replicated
from tests.tls import Certificates

PASSWORD = "pass/w#rd"
needs_tls = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server, which has TLS, is not installed"
)


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates.make(tmp_path)


@pytest.fixture
async def replicated(tmp_path: Path) -> AsyncGenerator[Replicated]:
    servers = Replicated(tmp_path / "redis", PASSWORD)
    try:
        await servers.start()
        yield servers
    finally:
        servers.stop()


async def claimed(queue: JobQueue) -> Claim | None:
    return await queue.claim(WORKER, able(LOOK), nonce="nonce")


async def works(client: Redis) -> bool:
    """Take one job through the queue."""
    queue, job = JobQueue(client), a_job()
    await queue.enqueue(job, caps=at_most(1))
    claim = await claimed(queue)
    assert claim is not None
    assert claim.job == job
    return await queue.finish(claim, success(job))


@needs_tls
async def test_over_tls_with_a_certificate_of_our_own_and_a_user_of_ours(
    tmp_path: Path, certificates: Certificates
) -> None:
    user = f"user zoe on >{PASSWORD} ~* &* +@all"
    server = RedisProcess(tmp_path / "redis", user, "user default off", tls=certificates)
    server.start()
    try:
        login = f"zoe:{PASSWORD}"
        assert await server.is_up(login)
        async with connect(server.url(login)) as client:
            assert await works(client)
        stranger = server.url(login).replace(f"ssl_ca_certs={certificates.authority}&", "")
        async with connect(stranger) as client:
            with pytest.raises(QueueUnavailable, match="certificate"):
                await JobQueue(client).load()
    finally:
        server.kill()


@needs_tls
async def test_sentinels_over_tls(tmp_path: Path, certificates: Certificates) -> None:
    servers = Replicated(tmp_path / "redis", PASSWORD, certificates)
    try:
        await servers.start()
        assert servers.url.startswith("rediss+sentinel://")
        async with connect(servers.url) as client:
            assert await works(client)
    finally:
        servers.stop()


async def test_a_killed_master_is_replaced_under_the_same_client(replicated: Replicated) -> None:
    async with connect(replicated.url) as client:
        queue, before, after = JobQueue(client), a_job(), a_job()
        await queue.enqueue(before, caps=at_most(2))
        assert await client.wait(1, 10_000) == 1

        replicated.first.kill()
        with pytest.raises(QueueUnavailable):
            await queue.state(before.id)

        assert await wait_until(lambda: took(queue, after), within_s=SOON_S)
        assert await port_of(client) == replicated.second.port
        claim = await claimed(queue)
        assert claim is not None
        assert claim.job == before
        assert await queue.finish(claim, success(before))
        assert await queue.state(after.id) is JobState.QUEUED


async def took(queue: JobQueue, job: Job) -> bool:
    try:
        await queue.enqueue(job, caps=at_most(2))
    except QueueUnavailable:
        return False
    return True


async def test_a_master_that_goes_on_after_it_was_replaced_is_left(replicated: Replicated) -> None:
    async with connect(replicated.url) as client:
        assert await port_of(client) == replicated.first.port
        await replicated.fail_over()

        async def has_moved() -> bool:
            return await port_of(client) == replicated.second.port

        assert await wait_until(has_moved, within_s=SOON_S)
        assert await works(client)


async def port_of(client: Redis) -> int:
    """Say which server answers."""
    with reaching_redis():
        info = cast("dict[str, int]", await client.info("server"))
    return info["tcp_port"]


async def test_a_server_that_was_made_a_replica_is_connected_to_anew(tmp_path: Path) -> None:
    server = RedisProcess(tmp_path / "redis")
    server.start()
    try:
        assert await server.is_up()
        async with connect(server.url()) as client, connect(server.url()) as operator:
            connection = await client.client_id()
            await operator.replicaof("127.0.0.1", 1)
            with pytest.raises(QueueUnavailable, match="read only"):
                await JobQueue(client).load()
            await operator.replicaof("no", "one")
            assert await works(client)
            assert await client.client_id() != connection
    finally:
        server.kill()
