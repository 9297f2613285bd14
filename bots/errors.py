"""Errors of the chat side.

    BotsError
    ├── MessageGone            the message to edit no longer exists
    ├── ChatBusy               too much was sent to a place; it says when to come back
    ├── ChatForbidden          the bot may not write there: it was blocked, removed or muted
    ├── ClipTooLarge           the platform does not take a file of this size
    ├── ChatUnavailable        the platform does not answer; it may have done what it was asked
    ├── Overtaken              another process of the bot, or the person, was quicker
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


class ChatBusy(BotsError):
    """Too much was sent to a place; `retry_after_s` says when to come back."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"the place takes nothing for {retry_after_s:.0f} s")
        self.retry_after_s = retry_after_s


class ChatForbidden(BotsError):
    """The bot may not write there."""


class ClipTooLarge(BotsError):
    """The platform does not take a file of this size."""


class ChatUnavailable(BotsError):
    """The platform does not answer."""


class Overtaken(BotsError):
    """What was to be done has been settled meanwhile."""


class StoreUnavailable(BotsError):
    """The database does not answer."""
