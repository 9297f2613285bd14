"""When the gateway wrote what people did: from then on the bot could know."""

from __future__ import annotations

import re
import time
from collections.abc import Generator
from contextlib import contextmanager
from unittest.mock import patch

from tests.fakes.discord import gateway
from tests.fakes.discord.gateway import Connection

_INTERACTION = re.compile(r'\{"op":0,"t":"INTERACTION_CREATE","s":\d+,"d":\{"id": "(\d+)"')


@contextmanager
def watched() -> Generator[dict[int, float]]:
    """Note when interactions are written to connections that are opened while the block runs.

    What is given holds the machine's monotonic seconds, by the interaction's number.
    """
    written: dict[int, float] = {}

    class TimedConnection(Connection):
        async def _send(self, text: str) -> None:
            found = _INTERACTION.match(text)
            if found is not None:
                written.setdefault(int(found[1]), time.monotonic())
            await super()._send(text)

    with patch.object(gateway, "Connection", TimedConnection):
        yield written
