"""Sentinels: do they answer, know the master, and can they replace it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from deploy.doctor.finding import Finding
from engine.jobs.connection import sentinels
from engine.jobs.redis_url import RedisUrl

FEWEST = 3
"""With fewer, losing one can leave nobody to decide."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one Sentinel says of the master; `quorum` is empty when they can decide."""

    replicas: int
    quorum: str


async def look_at_sentinels(url: RedisUrl) -> list[Finding]:
    """Look at the Sentinels of a URL."""
    watch = sentinels(url)
    try:
        asked = await asyncio.gather(*(_ask(each, url.master) for each in watch.sentinels))
    finally:
        await watch.aclose()
    answers = [answer for answer in asked if isinstance(answer, Answer)]
    silences = [answer for answer in asked if isinstance(answer, str)]
    return [_present(answers, silences), *_agreed(answers)]


async def _ask(sentinel: Redis, master: str) -> Answer | str:
    """Ask about the master; a text says why there is no answer."""
    try:
        state: Any = await sentinel.sentinel_master(master)
    except RedisError as error:
        return str(error)
    try:
        await sentinel.execute_command("SENTINEL", "CKQUORUM", master)
    except ResponseError as error:
        return Answer(state["num-slaves"], str(error))
    except RedisError as error:
        return str(error)
    return Answer(state["num-slaves"], "")


def _present(answers: Sequence[Answer], silences: Sequence[str]) -> Finding:
    every = len(answers) + len(silences)
    if silences:
        return Finding(
            what="Sentinels",
            found=f"{len(answers)} of {every} know the master: {silences[0]}",
            mend="start those that are away; name the master in ZOETROPE_REDIS_URL as they do",
        )
    if every < FEWEST:
        return Finding(
            what="Sentinels",
            found=f"{every}, and losing one can leave nobody to decide",
            mend=f"run {FEWEST} on machines of their own, and name all in ZOETROPE_REDIS_URL",
        )
    return Finding(what="Sentinels", found=f"all {every} answer")


def _agreed(answers: Sequence[Answer]) -> list[Finding]:
    if not answers:
        return []
    quorum = next((answer.quorum for answer in answers if answer.quorum), "")
    replicas = max(answer.replicas for answer in answers)
    return [
        Finding(
            what="Sentinel quorum",
            found=quorum or "reached",
            mend="start the Sentinels that are gone" if quorum else "",
        ),
        Finding(
            what="queue replicas",
            found=str(replicas) if replicas else "none, so there is nothing to fail over to",
            mend="" if replicas else "start a server with replicaof MASTER PORT",
        ),
    ]
