"""Errors of the shared job layer.

Refused                    the asker's side: carries a Refusal, never retried
JobsError
├── QueueUnavailable       Redis cannot be reached or cannot write
├── QueueIncompatible      Redis holds the queue of another version
├── MediaMissing           a stored photo or clip is gone
├── MediaFull              the media store has no room
└── MediaUnavailable       the media store cannot be reached
"""

from __future__ import annotations

from engine.jobs.refusal import Refusal


class Refused(Exception):
    """The asker can do something about it; `refusal` says what."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code.value)
        self.refusal = refusal


class JobsError(Exception):
    """Root of what can go wrong on our side of the job layer."""

    def __str__(self) -> str:
        return super().__str__() or (type(self).__doc__ or "").splitlines()[0]


class QueueUnavailable(JobsError):
    """The queue cannot be reached."""


class QueueIncompatible(JobsError):
    """Redis holds the queue of another version of Zoetrope."""

    def __init__(self, found: str, wanted: str) -> None:
        super().__init__(
            f"Redis holds a queue of layout {found} and this version uses layout {wanted}: "
            "let the old version finish its jobs, or use another Redis database"
        )
        self.found = found
        self.wanted = wanted


class MediaMissing(JobsError):
    """A stored photo or clip is gone."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is not in the media store")
        self.key = key


class MediaFull(JobsError):
    """The media store has no room."""


class MediaUnavailable(JobsError):
    """The media store cannot be used now."""
