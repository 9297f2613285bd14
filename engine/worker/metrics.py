"""What one worker measures of itself, for Prometheus.

What every worker's jobs add up to is counted in Redis, and told by `zoetrope exporter`.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from engine.jobs.job import WorkerId
from engine.jobs.queue import Claim
from engine.jobs.survey import WorkerState

WAITS_S = (1, 2, 5, 10, 20, 60, 120, 300, 600, 1200, 2400, 4800)
RUNS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600)


class WorkerMetrics:
    """The metrics of one worker process, in a registry of their own."""

    def __init__(self, worker: WorkerId) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._worker = worker
        self._waits = Histogram(
            "vq_wait_seconds",
            "Seconds from a job's place in the queue to its first claim.",
            ["class"],
            buckets=WAITS_S,
            registry=self.registry,
        )
        self._runs = Histogram(
            "vq_run_seconds",
            "Seconds a clip was worked on.",
            ["model"],
            buckets=RUNS_S,
            registry=self.registry,
        )
        self._switches = Counter(
            "vq_switch_seconds",
            "Seconds of getting ready for another model.",
            ["worker", "model"],
            registry=self.registry,
        )
        self._state = Gauge(
            "vq_worker_state",
            "1 for what a worker is at now.",
            ["worker", "state"],
            registry=self.registry,
        )
        self.is_now(WorkerState.IDLE)

    def claimed(self, claim: Claim, switch_s: float) -> None:
        """Count a claim, and the seconds that getting ready for it takes."""
        if claim.attempt == 1:
            self._waits.labels(claim.job.job_class).observe(claim.waited_s)
        self._switches.labels(self._worker, claim.variant.needs).inc(switch_s)

    def made(self, claim: Claim, seconds: float) -> None:
        """Count a finished clip."""
        self._runs.labels(claim.variant.needs).observe(seconds)

    def is_now(self, state: WorkerState) -> None:
        """Say what the worker is at."""
        for one in WorkerState:
            self._state.labels(self._worker, one).set(one is state)
