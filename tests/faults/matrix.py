"""Every fault there is a row for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from tests.faults import (
    bot_faults,
    first_look_faults,
    network_faults,
    queue_faults,
    store_faults,
    upgrade_faults,
    worker_faults,
)
from tests.faults.verdict import Row
from tests.faults.world import Trial

Fault = Callable[[Trial], Awaitable[Row]]

FAULTS: Mapping[str, Fault] = {
    "worker-killed": worker_faults.worker_killed,
    "worker-killed-while-it-films-and-finishes": (
        worker_faults.worker_killed_while_it_films_and_finishes
    ),
    "worker-frozen-past-lease": worker_faults.worker_frozen_past_lease,
    "poison-job": worker_faults.poison_job,
    "out-of-memory-retry": worker_faults.out_of_memory_retry,
    "bot-killed-between-journal-and-enqueue": bot_faults.bot_killed_between_journal_and_enqueue,
    "bot-killed-while-delivering": bot_faults.bot_killed_while_delivering,
    "everything-killed": bot_faults.everything_killed,
    "duplicate-updates": bot_faults.duplicate_updates,
    "slow-consumer": bot_faults.slow_consumer,
    "killed-with-first-looks-shown": first_look_faults.killed_with_first_looks_shown,
    "redis-killed-under-load": queue_faults.redis_killed_under_load,
    "clock-jump": queue_faults.clock_jump,
    "sentinel-failover": queue_faults.sentinel_failover,
    "disk-full": queue_faults.disk_full,
    "maxmemory": queue_faults.maxmemory,
    "postgres-killed": store_faults.postgres_killed,
    "lost-replies-and-delays": network_faults.lost_replies_and_delays,
    "platform-flood": network_faults.platform_flood,
    "mixed-version-upgrade": upgrade_faults.mixed_version_upgrade,
}
