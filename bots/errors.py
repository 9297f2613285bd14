"""Errors of the chat side.

    BotsError
    ├── MessageGone            the message to edit no longer exists
    ├── ChatUnavailable        the platform does not answer; try again later
    └── StoreUnavailable       the database does not answer, or stays locked; try again later

What a person can mend is `engine.jobs.errors.Refused`.
"""

from __future__ import annotations


class BotsError(Exception):
    """Root of what can go wrong on the chat side."""

    def __str__(self) -> str:
        return super().__str__() or (type(self).__doc__ or "").splitlines()[0]


class MessageGone(BotsError):
    """The message to edit no longer exists."""


class ChatUnavailable(BotsError):
    """The platform does not answer."""


class StoreUnavailable(BotsError):
    """The database does not answer."""
