"""What a bot measures of itself, for Prometheus.

What all bots ask of the queue is counted in Redis, and told by `zoetrope exporter`.
"""

from __future__ import annotations

from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

DeliveryOutcome = Literal[
    "shown", "posted", "undeliverable", "busy", "unavailable", "forbidden", "too_large"
]
"""How a try to show a result ended: in its placeholder's place, as a new message, given up for
good, or refused by the platform for now."""

ERRORS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200)


class BotMetrics:
    """The metrics of one bot process, in a registry of their own."""

    def __init__(self, platform: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._platform = platform
        self._deliveries = Counter(
            "vq_delivery",
            "Tries to show a result in its chat.",
            ["platform", "outcome"],
            registry=self.registry,
        )
        self._eta_errors = Histogram(
            "vq_eta_error_seconds",
            "Seconds between the wait first foretold and the real one.",
            buckets=ERRORS_S,
            registry=self.registry,
        )

    def delivered(self, outcome: DeliveryOutcome) -> None:
        """Count a try to show a result."""
        self._deliveries.labels(self._platform, outcome).inc()

    def eta_missed(self, seconds: float) -> None:
        """Note by how much a foretold wait was wrong, either way."""
        self._eta_errors.observe(abs(seconds))
