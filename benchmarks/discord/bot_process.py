"""`python -m benchmarks.discord.bot_process FILE [--profile]`: the bot as it is, and a stopwatch.

It runs `python -m bots discord`; only that some of the parts that it is put together of write down
when they were used.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Sequence
from typing import Any

import aiohttp
from discord import shard
from discord.state import AutoShardedConnectionState

from benchmarks.chat.stamps import current
from benchmarks.chat.stopwatch import run_timed, stamps
from bots import services
from bots.chat import Message, Placeholder
from bots.delivery.lanes import Lanes
from bots.discord_bot import app
from bots.discord_bot.client import DiscordClient
from engine.jobs.job import JobId

_CALLBACK = re.compile(r"/interactions/(\d+)/[^/]+/callback")


class TimedState(AutoShardedConnectionState[Any]):
    """Notes when interactions are here, and says which one is being carried out."""

    def parse_interaction_create(self, data: Any) -> None:
        """Take an interaction; what carries it out begins in here, and so knows which it is."""
        number = int(data["id"])
        stamps.arrived.setdefault(number, time.monotonic())
        known = current.set(number)
        try:
            super().parse_interaction_create(data)
        finally:
            current.reset(known)


class TimedClient(DiscordClient):
    """Notes when acknowledgements leave: on a connection that is open, just before the bytes."""

    def __init__(self, shard_ids: Sequence[int] = (), shard_count: int = 0) -> None:
        super().__init__(shard_ids, shard_count)
        self.http.http_trace = aiohttp.TraceConfig()
        self.http.http_trace.on_request_headers_sent.append(_note_callback)


class TimedLanes(Lanes):
    """Notes when a message is about to become a clip."""

    async def edit(self, placeholder: Placeholder, job: JobId, message: Message) -> None:
        """Replace a message."""
        stamps.show(job)
        await super().edit(placeholder, job, message)


def main() -> int:
    """Run the bot until a signal ends it, then write the file."""
    parts = (
        (shard, "AutoShardedConnectionState", TimedState),
        (app, "DiscordClient", TimedClient),
        (services, "Lanes", TimedLanes),
    )
    return run_timed("discord", parts, who_drops=("bots.desk.replies",))


async def _note_callback(
    _session: aiohttp.ClientSession, _context: Any, sent: aiohttp.TraceRequestHeadersSentParams
) -> None:
    found = _CALLBACK.search(sent.url.raw_path)
    if found is not None:
        stamps.handed.setdefault(int(found[1]), time.monotonic())


if __name__ == "__main__":
    sys.exit(main())
