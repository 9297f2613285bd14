"""What one process knows of a job's message beyond the journal; it may be lost at any time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bots.chat import Message, Placeholder
from engine.jobs.job import Clip, Progress


@dataclass(slots=True)
class Memory:
    """One thing at a time is done to a message, under its lock.

    Attributes:
        about: the message that `shown`, `silent`, `replaced` and `too_large` are about.
        progress: the last report heard.
        first_look: what is shown of the clip until it is there.
        sought: a first look has been looked for that came before this process could hear of it.
        shown: what it says, as far as we know.
        silent: progress is not shown any more: it cannot be, or nobody wants it.
        posted: a new message that is not in the journal yet.
        in_doubt: a post was not answered, so the next one may be seen as a second message.
        replaced: the person removed the message and was given a new one, the only one they get.
        too_large: the platform does not take this clip.
        turned_away: opening was put off, so surely nothing is posted.
        looked_at: when it was last brought up to date; monotonic seconds, as `not_before`.
        failures: how often that went wrong since it last went well.
        not_before: when it is tried again.
    """

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    about: Placeholder | None = None
    progress: Progress | None = None
    first_look: Clip | None = None
    sought: bool = False
    shown: Message | None = None
    silent: bool = False
    posted: Placeholder | None = None
    in_doubt: bool = False
    replaced: bool = False
    too_large: bool = False
    turned_away: bool = False
    looked_at: float = 0.0
    failures: int = 0
    not_before: float = 0.0

    def turn_to(self, message: Placeholder | None, shown: Message | None = None) -> None:
        """Forget what was true of another message than the one that becomes the clip now."""
        if message != self.about:
            self.about, self.shown = message, shown
            self.silent = self.replaced = self.too_large = False
