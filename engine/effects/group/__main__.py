"""`python -m engine.effects.group`: a process that films along; its leader starts it."""

from __future__ import annotations

import os
import signal
import sys

from engine.jobs.logs import set_up_logs
from engine.settings import EngineSettings
from engine.threads import limit_threads


def main() -> None:
    """Film along until the leader is gone."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        # the leader may be given time to finish a film, and needs us for it
        signal.signal(signum, signal.SIG_IGN)
    # what libraries print is not meant for the leader
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    settings = EngineSettings.read()
    set_up_logs(settings.log)
    limit_threads(settings.threads, among=len(settings.devices))

    from engine.effects.group.follower import follow

    follow(sys.stdin.buffer, replies)


if __name__ == "__main__":
    main()
