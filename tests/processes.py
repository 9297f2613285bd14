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


def children(parent: int) -> list[tuple[int, str]]:
    """List the processes that a process has started, each with its command line."""
    # -ww: a command line is cut at the width of a terminal otherwise, even where there is none.
    ask = ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="]
    shown = subprocess.run(ask, capture_output=True, text=True, check=True)
    rows = (line.split(maxsplit=2) for line in shown.stdout.splitlines())
    return [(int(pid), command) for pid, its_parent, command in rows if int(its_parent) == parent]


async def ends(pid: int) -> bool:
    """Wait until a process has ended; False when it takes too long."""

    async def has_ended() -> bool:
        return not is_running(pid)

    return await wait_until(has_ended, within_s=SOON_S)
