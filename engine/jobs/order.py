"""The rules of claim order, as figures: who gets which share, and how far a worker may look ahead.

The rules themselves are in lua/choice.lua; planning/fair.py is the same order in Python.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

SHARES: Mapping[str, float] = MappingProxyType({"paid": 0.7, "challenge": 0.2, "free": 0.1})
SHORT_LANE = "short"
"""Class of the free jobs that are short enough for the short lane, when there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimOrder:
    """How the next job is chosen.

    Attributes:
        shares: each class's part of the workers' time while all classes wait; a class not named
            here gets the smallest.
        affinity: seconds of tag that a job may overtake, for each second of switching it saves.
        shortness: how much of a job's own cost is added to its tag, so that short ones go first.
        crossing: seconds a class may be ahead of its share, for each second of switching saved by
            taking its job instead.
        overdue_s: seconds in the race for a worker after which a job is due whatever its tag.
        overdue_share: the part of all service that goes to overdue jobs at most; without a limit,
            ageing makes a first-come-first-served queue under overload.
        short_lane_s: free jobs predicted to take no longer get a lane of their own; 0: no lane.
        short_share: that lane's share.
    """

    shares: Mapping[str, float] = field(default_factory=lambda: dict(SHARES))
    affinity: float = 32.0
    shortness: float = 0.5
    crossing: float = 32.0
    overdue_s: float = 2400.0
    overdue_share: float = 0.2
    short_lane_s: float = 0.0
    short_share: float = 0.1

    @property
    def lanes(self) -> Mapping[str, float]:
        """Shares of every lane, the short one included when there is one."""
        short = {SHORT_LANE: self.short_share} if self.short_lane_s else {}
        return {**self.shares, **short}

    def lane(self, job_class: str, cost_s: float) -> str:
        """Tell which lane a job of this class and predicted cost goes in."""
        short = job_class == "free" and cost_s <= self.short_lane_s
        return SHORT_LANE if short else job_class


USUAL_ORDER = ClaimOrder()

_CLASS = re.compile("[a-z_]+")
_TAKEN = frozenset({"all", "overdue", "active", "due", SHORT_LANE})
"""What the queue's accounts call something else."""


def parse_shares(text: str) -> dict[str, float]:
    """Read shares as `paid=0.7, challenge=0.2, free=0.1`.

    Raises:
        ValueError: with what they must be.
    """
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, _, share = (piece.strip() for piece in part.partition("="))
        if not _CLASS.fullmatch(name) or name in _TAKEN:
            raise ValueError("must be classes with their shares, as paid=0.7, free=0.3")
        try:
            shares[name] = float(share)
        except ValueError:
            shares[name] = 0.0
        if not 0 < shares[name] <= 1:
            raise ValueError(f"must give {name} a share above 0 and up to 1, as {name}=0.5")
    return shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """What a worker can do: the need-keys it serves, and on what.

    Attributes:
        switch_s: by need-key, the seconds it takes to be ready for it; 0 when it is loaded.
        device: name of the device, by which working times are told apart.
    """

    switch_s: Mapping[str, float]
    device: str = "cpu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How many jobs of one person and of one place may be on their way.

    `*_waiting` counts queued and running jobs: one more is refused. `*_running` counts those in
    the race for a worker: more are parked, and taken out of turn only by a worker that would
    otherwise be idle.
    """

    person_waiting: int = 5
    person_running: int = 2
    place_waiting: int = 50
    place_running: int = 8


USUAL_CAPS = Caps()
