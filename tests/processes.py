"""Real processes, as tests see them."""

from __future__ import annotations

import subprocess

from deploy.polling import wait_until

SOON_S = 20


def is_running(pid: int) -> bool:
    """Say whether a process runs; one that has ended and is not yet reaped does not."""
    shown = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return bool(shown.stdout.strip()) and not shown.stdout.startswith("Z")


async def ends(pid: int) -> bool:
    """Wait until a process has ended; False when it takes too long."""

    async def has_ended() -> bool:
        return not is_running(pid)

    return await wait_until(has_ended, within_s=SOON_S)
