"""`zoetrope exporter`: what Redis knows of queue, workers and outboxes, for Prometheus.

One for each pool. It looks when it is scraped, and changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.asyncio import Redis

from engine.jobs.connection import connect, reaching_redis
from engine.jobs.errors import QueueUnavailable
from engine.jobs.job import WorkerId
from engine.jobs.presence import Presence
from engine.jobs.survey import Survey, Surveyor, WorkerState
from engine.jobs.telemetry.health import Health
from engine.jobs.telemetry.server import serving_as_set
from engine.settings import EngineSettings

PORT = 8610  # where it listens unless the settings say where
LOOK_S = 8.0  # less than Prometheus waits
BOTS_KNOWN_S = 300.0

log = logging.getLogger(__name__)


def run(settings: EngineSettings, redis_url: str) -> None:
    """Serve metrics until SIGTERM or SIGINT.

    Raises:
        BadSetting: nothing can listen where the settings say.
    """
    if settings.metrics_port == 0:
        settings = settings.model_copy(update={"metrics_port": PORT})
    asyncio.run(_serve(settings, redis_url))


async def _serve(settings: EngineSettings, redis_url: str) -> None:
    stopped = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stopped.set)
    async with connect(redis_url) as redis:
        registry = CollectorRegistry()
        registry.register(QueueCollector(redis, stuck_s=settings.stuck_s))
        health = Health({"queue": Presence(redis).live_workers})
        async with serving_as_set(settings, registry, health):
            await stopped.wait()


class QueueCollector(Collector):
    """Looks at one pool whenever it is asked; made in a loop's thread, asked in any other."""

    def __init__(self, redis: Redis, *, stuck_s: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._redis = redis
        self._surveyor = Surveyor(redis)
        self._stuck_s = stuck_s
        self._bots: frozenset[str] = frozenset()
        self._bots_known_until = 0.0
        self._reported: set[WorkerId] = set()

    def describe(self) -> Iterator[Metric]:
        """Look at nothing yet."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Give every metric; only that Redis is away, when it is."""
        look = asyncio.run_coroutine_threadsafe(self._look(), self._loop)
        try:
            survey, server = look.result(LOOK_S)
        except (QueueUnavailable, TimeoutError) as error:
            look.cancel()
            log.warning("nothing is known of the queue: %s", error)
            yield _gauge("vq_redis_up", "1 while Redis answers.", 0)
            return
        yield _gauge("vq_redis_up", "1 while Redis answers.", 1)
        yield from _server_metrics(server)
        yield from _counted(survey)
        yield from _seen(survey, self._stuck_s)

    async def _look(self) -> tuple[Survey, dict[str, Any]]:
        if time.monotonic() > self._bots_known_until:
            self._bots |= await self._surveyor.bots()
            self._bots_known_until = time.monotonic() + BOTS_KNOWN_S
        survey = await self._surveyor.survey(self._bots)
        self._report(survey)
        with reaching_redis():
            return survey, await self._redis.info()

    def _report(self, survey: Survey) -> None:
        stuck = {job.worker: job for job in survey.stuck(self._stuck_s)}
        for worker in stuck.keys() - self._reported:
            job = stuck[worker]
            log.error(
                "worker %s is stuck: no progress for %.0f s on %s", worker, job.still_s, job.job
            )
        self._reported = set(stuck)


def _server_metrics(server: dict[str, Any]) -> Iterator[Metric]:
    yield _gauge("vq_redis_memory_bytes", "Memory Redis uses.", server["used_memory"])
    yield _gauge("vq_redis_memory_limit_bytes", "Most it may use; 0: all.", server["maxmemory"])
    yield _gauge("vq_redis_replicas", "Replicas connected to it.", server["connected_slaves"])
    aof = server["aof_enabled"] == 1 and server.get("aof_last_write_status") == "ok"
    yield _gauge("vq_redis_aof_ok", "1 while every write also goes to its append-only file.", aof)


def _counted(survey: Survey) -> Iterator[Metric]:
    """Give what the queue counts itself; a field there is a name and the values of its labels."""
    for counted, name, about, labels in (
        ("enqueued", "vq_jobs_enqueued", "Asks for a place.", ("class", "model", "outcome")),
        ("finished", "vq_jobs_finished", "Jobs that ended.", ("class", "model", "state")),
        ("claims", "vq_claims", "Claims, by what made the job the next one.", ("why",)),
        ("expired", "vq_leases_expired", "Leases whose worker went silent.", ()),
        ("fenced", "vq_fenced", "Calls of workers that had lost their lease.", ()),
        ("dead", "vq_dead", "Jobs that failed after their last attempt.", ()),
    ):
        family = CounterMetricFamily(name, about, labels=labels)
        if not labels:
            family.add_metric((), survey.counts.get(counted, 0))
        for field, times in survey.counts.items():
            what, *values = field.split("|")
            if labels and what == counted:
                family.add_metric(values, times)
        yield family


def _seen(survey: Survey, stuck_s: float) -> Iterator[Metric]:
    """Give what was there at this look."""
    yield _gauges(
        "vq_backlog_jobs",
        "Queued jobs.",
        ("class", "model"),
        {kind: backlog.jobs for kind, backlog in survey.backlog.items()},
    )
    yield _gauges(
        "vq_backlog_gpu_seconds",
        "Predicted working time of queued jobs.",
        ("class", "model"),
        {kind: backlog.seconds for kind, backlog in survey.backlog.items()},
    )
    yield _gauges(
        "vq_oldest_ready_seconds",
        "How long the oldest job has been there for a worker to take.",
        ("class",),
        {(lane,): age_s for lane, age_s in survey.oldest_ready_s.items()},
    )
    yield _gauges(
        "vq_outbox_lag_seconds",
        "Age of the oldest outcome that its bot has not taken.",
        ("bot",),
        {(bot,): lag_s for bot, lag_s in survey.outbox_lag_s.items()},
    )
    states = survey.states(stuck_s)
    yield _gauges(
        "vq_worker_state",
        "1 for what a worker is at now.",
        ("worker", "state"),
        {(worker, one): one is now for worker, now in states.items() for one in WorkerState},
    )


def _gauges(
    name: str, about: str, labels: Sequence[str], values: Mapping[tuple[str, ...], float]
) -> Metric:
    family = GaugeMetricFamily(name, about, labels=labels)
    for of, value in values.items():
        family.add_metric(of, value)
    return family


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=float(value))
