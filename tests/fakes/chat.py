"""A chat platform with the faults that platforms have."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import count

from bots.chat import Message, MessageId, Placeholder, PlaceId
from bots.errors import ChatUnavailable, MessageGone
from engine.jobs.job import JobId


class Fault(Enum):
    """What the platform does to one call."""

    UNAVAILABLE = auto()
    REPLY_LOST = auto()


@dataclass(slots=True)
class FakeChat:
    """Keeps what it shows. `faults` are by verb, for its next calls; `step` is called on both sides
    of each call's effect, for a test that ends the caller there.

    Like a platform without a nonce, it shows the same job posted twice as two messages.
    """

    faults: defaultdict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    shown: dict[Placeholder, tuple[JobId, Message]] = field(default_factory=dict)
    edits: list[tuple[JobId, str]] = field(default_factory=list)
    step: Callable[[], None] = lambda: None
    nudges: list[str] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)

    async def post(self, place: PlaceId, job: JobId, message: Message) -> Placeholder:
        self._before("post")
        placeholder = Placeholder(place=place, message=MessageId(f"m{next(self._numbers)}"))
        self.shown[placeholder] = (job, message)
        self._after("post")
        return placeholder

    async def edit(self, placeholder: Placeholder, job: JobId, message: Message) -> None:
        self._before("edit")
        if placeholder not in self.shown:
            raise MessageGone
        self.shown[placeholder] = (job, message)
        self.edits.append((job, message.text))
        self._after("edit")

    async def remove(self, placeholder: Placeholder) -> None:
        self._before("remove")
        self.shown.pop(placeholder, None)
        self._after("remove")

    async def nudge(self, placeholder: Placeholder, text: str) -> None:
        self._before("nudge")
        self.nudges.append(text)
        self._after("nudge")

    def lose(self) -> None:
        """Let people delete every message."""
        self.shown.clear()

    def messages(self, job: JobId) -> list[Message]:
        """List what is shown for a job."""
        return [message for shown, message in self.shown.values() if shown == job]

    def clips(self, job: JobId) -> int:
        """Count the messages that show the job's clip."""
        return sum(message.clip is not None for message in self.messages(job))

    def _before(self, verb: str) -> None:
        self.step()
        faults = self.faults[verb]
        if faults and faults[0] is Fault.UNAVAILABLE:
            faults.popleft()
            raise ChatUnavailable

    def _after(self, verb: str) -> None:
        self.step()
        faults = self.faults[verb]
        if faults and faults[0] is Fault.REPLY_LOST:
            faults.popleft()
            raise ChatUnavailable
