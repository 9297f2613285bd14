"""Whether a process lives, which is that its event loop turns, and whether it can work."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

TICK_S = 1.0
LIVES_S = 5.0
"""A loop that has not turned for so long is taken for dead."""
ANSWER_S = 4.0
"""How long all checks together may take."""

Check = Callable[[], Awaitable[object]]
"""Raises, with a sentence for the operator, when what it looks at cannot be used."""


class NotReady(Exception):
    """What is needed for work is not there yet; the message says what."""


class Health:
    """One process's health; asked from another thread, so that a blocked loop is seen."""

    def __init__(
        self, checks: Mapping[str, Check], *, lives_s: float = LIVES_S, answer_s: float = ANSWER_S
    ) -> None:
        self._checks = checks
        self._lives_s = lives_s
        self._answer_s = answer_s
        self._loop = asyncio.get_running_loop()
        self._ticked = time.monotonic()

    async def keep_ticking(self) -> None:
        """Show that the loop turns, until cancelled."""
        while True:
            self._ticked = time.monotonic()
            await asyncio.sleep(TICK_S)

    def why_dead(self) -> str | None:
        """Say what is wrong with the loop; None while it turns."""
        silent_s = time.monotonic() - self._ticked
        dead = silent_s > self._lives_s
        return f"the event loop stands still for {silent_s:.0f} s" if dead else None

    def why_not_ready(self) -> str | None:
        """Say what keeps the process from working; not to be called in the loop's own thread."""
        answer = asyncio.run_coroutine_threadsafe(self._first_trouble(), self._loop)
        try:
            return answer.result(self._answer_s)
        except TimeoutError:
            answer.cancel()
            return f"no answer in {self._answer_s:g} s"

    async def _first_trouble(self) -> str | None:
        for name, check in self._checks.items():
            try:
                await check()
            except Exception as error:
                return f"{name}: {error}"
        return None
