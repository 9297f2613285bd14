"""How often and how long delivery tries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often and how long things are tried.

    Attributes:
        pulse_s: between looks at what is on its way.
        most_looks: at so many messages at each pulse, those first that were looked at longest ago.
        opening_s: how long a new request's placeholder may take to be posted and recorded.
        longest_wait_s: between tries while the platform does not answer.
        longest_doubt_s: between tries of what may have been done although no answer came, and
            would be seen a second time.
        give_up_s: after which an outcome that cannot be shown is left to be collected.
        unnoticed_s: an edit notifies nobody, so a clip that took longer is followed by a line.
        watch_s: for how long a process of the bot that is silent still counts as delivering.
    """

    pulse_s: float = 1.0
    most_looks: int = 200
    opening_s: float = 10.0
    longest_wait_s: float = 60.0
    longest_doubt_s: float = 600.0
    give_up_s: float = 24 * 3600.0
    unnoticed_s: float = 30.0
    watch_s: float = 10.0


USUAL_PACE = Pace()
