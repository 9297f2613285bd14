"""The queue's server: is it there, may it be written, does it keep what it is given."""

from __future__ import annotations

from collections.abc import Mapping

from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError

from deploy import valkey
from deploy.doctor.finding import Finding
from deploy.doctor.sentinels import look_at_sentinels
from deploy.errors import NoEmbeddedServer
from engine.jobs.connection import connect_to_look
from engine.jobs.errors import JobsError, QueueIncompatible
from engine.jobs.masking import masked_url
from engine.jobs.queue import JobQueue
from engine.jobs.redis_url import RedisUrl
from engine.jobs.settings import SharedSettings

OLDEST = 7
"""The first version of Redis that has functions."""
NEARLY_FULL = 0.8

Info = Mapping[str, str | int]


async def look_at_queue(settings: SharedSettings) -> list[Finding]:
    """Look at the server that is configured, or at the one that `up` brings."""
    if "redis_url" in settings.model_fields_set:
        return await look_at_server(settings.redis_url)
    url = valkey.url_for(settings)
    if url != settings.redis_url and await valkey.answers(url):
        return await look_at_server(url)
    return [_embedded()]


async def look_at_server(url: str) -> list[Finding]:
    """Look at the server at a URL, and at the Sentinels that are named in it."""
    where = RedisUrl.parse(url)
    watched = await look_at_sentinels(where) if where.master else []
    async with connect_to_look(url) as redis:
        try:
            info: Info = await redis.info()
        except RedisError as error:
            return [_silent(url, error), *watched]
        server = _server(url, where, info)
        if info["role"] != "master":
            return [server, _replica(info), *watched]
        return [server, _kept(info), _memory(info), await _code(redis), *watched]


def _embedded() -> Finding:
    try:
        return Finding(what="queue", found=f"embedded Valkey, {valkey.binary()}; not running now")
    except NoEmbeddedServer as error:
        return Finding(
            what="queue", found=str(error), mend="set ZOETROPE_REDIS_URL to a server of yours"
        )


def _silent(url: str, error: RedisError) -> Finding:
    said = str(error)
    mend = "start that server or correct ZOETROPE_REDIS_URL; without it `zoetrope up` brings one"
    if isinstance(error, AuthenticationError) or said.startswith("NOAUTH"):
        mend = "put the server's user and password into ZOETROPE_REDIS_URL, redis://user:password@"
    elif "CERTIFICATE_VERIFY_FAILED" in said:
        mend = "name who signed its certificate in ZOETROPE_REDIS_URL: ?ssl_ca_certs=/path/ca.pem"
    elif "WRONG_VERSION_NUMBER" in said:
        mend = "that server speaks no TLS: write redis:// in ZOETROPE_REDIS_URL, or give it TLS"
    elif "no Sentinel" in said:
        mend = "see to the Sentinels first, then start the master or its replica"
    return Finding(what="queue", found=f"{_shown(url)}: {said}", mend=mend)


def _shown(url: str) -> str:
    return masked_url(url).partition("?")[0]


def _server(url: str, where: RedisUrl, info: Info) -> Finding:
    valkey_version = info.get("valkey_version")
    version = valkey_version or info["redis_version"]
    product = f"{'Valkey' if valkey_version else 'Redis'} {version}"
    over = "over TLS" if where.tls is not None else "without TLS"
    found = f"{product} at {_shown(url)}, {over}"
    if int(str(version).partition(".")[0]) < OLDEST:
        return Finding(what="queue", found=found, mend=f"use Redis {OLDEST} or later, or Valkey")
    return Finding(what="queue", found=found)


def _replica(info: Info) -> Finding:
    return Finding(
        what="queue role",
        found=f"a replica of {info['master_host']}:{info['master_port']}, which takes no jobs",
        mend="name its master in ZOETROPE_REDIS_URL, or the Sentinels as redis+sentinel://",
    )


def _kept(info: Info) -> Finding:
    if not info["aof_enabled"]:
        return Finding(
            what="queue on disk",
            found="no append-only file: a restart loses what is queued, until it is queued anew",
            mend="run CONFIG SET appendonly yes, and put it into the server's configuration",
        )
    if info["aof_last_write_status"] != "ok":
        return Finding(
            what="queue on disk",
            found="the last write of the append-only file has failed",
            mend="make room on the server's disk",
        )
    return Finding(what="queue on disk", found="append-only file")


def _memory(info: Info) -> Finding:
    policy, used, most = info["maxmemory_policy"], int(info["used_memory"]), int(info["maxmemory"])
    found, mend = f"{used / 1e6:.0f} MB used", ""
    found += f" of {most / 1e6:.0f}" if most else ", no limit"
    if policy != "noeviction":
        found += f", and {policy}: when it is full it throws jobs away"
        mend = "run CONFIG SET maxmemory-policy noeviction, and configure it so"
    elif most and used > NEARLY_FULL * most:
        found += ", and then it takes no jobs"
        mend = "give the server more memory, and raise maxmemory"
    return Finding(what="queue memory", found=found, mend=mend)


async def _code(redis: Redis) -> Finding:
    try:
        await JobQueue(redis).load()
    except QueueIncompatible as error:
        return Finding(
            what="queue code",
            found=f"a queue of layout {error.found}, and this version uses {error.wanted}",
            mend="let the other version finish its jobs, or name another database, as /1",
        )
    except JobsError as error:
        return Finding(
            what="queue code",
            found=str(error),
            mend="let our user load functions and use all keys: ACL SETUSER ... ~* &* +@all",
        )
    return Finding(what="queue code", found="loaded")
