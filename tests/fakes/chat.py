"""A chat platform with the faults that platforms have, and a person who deletes messages."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import count

from bots.chat import Message, MessageId, Placeholder, PlaceId
from bots.errors import (
    BotsError,
    ChatBusy,
    ChatForbidden,
    ChatUnavailable,
    ClipTooLarge,
    MessageGone,
)
from engine.jobs.job import JobId

RETRY_AFTER_S = 7.0


class Fault(Enum):
    """What happens to one call.

    The last two are the person: they delete the job's messages just before it, or just after.
    """

    UNAVAILABLE = auto()
    REPLY_LOST = auto()
    BUSY = auto()
    FORBIDDEN = auto()
    DELETED_BEFORE = auto()
    DELETED_AFTER = auto()


DELETIONS = (Fault.DELETED_BEFORE, Fault.DELETED_AFTER)
_REFUSALS: dict[Fault | None, Callable[[], BotsError]] = {
    Fault.UNAVAILABLE: ChatUnavailable,
    Fault.BUSY: lambda: ChatBusy(RETRY_AFTER_S),
    Fault.FORBIDDEN: ChatForbidden,
}


async def at_once(_verb: str) -> None:
    """Wait for nothing."""


@dataclass(slots=True)
class FakeChat:
    """Keeps what it shows.

    Attributes:
        has_nonce: the same post again gives the same message; otherwise it shows a second one.
        takes_clips: False: every clip is too large for it.
        closed: places where nothing new may be posted.
        is_reached_anew: a post in place of a message is that message, reached another way.
        fading: messages that can soon be changed no more.
        frozen: messages that cannot be changed any more, nor be taken away.
        faults: by verb, for its next calls.
        coming: for the next calls of any verb.
        step: called on both sides of each call's effect, for a test that ends the caller there.
        gate: called before each call, with its verb and place; may raise.
        before: awaited with the verb before a message is posted or edited, for a test with
            several processes; `after` likewise once that is done.
        most_clips: the most messages that ever showed a job's clip at the same time.
        deleted_clips: jobs whose clip a person has deleted.
    """

    has_nonce: bool = False
    takes_clips: bool = True
    is_reached_anew: bool = False
    closed: set[PlaceId] = field(default_factory=set[PlaceId])
    fading: set[Placeholder] = field(default_factory=set[Placeholder])
    frozen: set[Placeholder] = field(default_factory=set[Placeholder])
    faults: defaultdict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    coming: deque[Fault | None] = field(default_factory=deque)
    step: Callable[[], None] = lambda: None
    gate: Callable[[str, PlaceId], None] = lambda _verb, _place: None
    before: Callable[[str], Awaitable[None]] = at_once
    after: Callable[[str], Awaitable[None]] = at_once
    shown: dict[Placeholder, tuple[JobId, Message]] = field(default_factory=dict)
    edits: list[tuple[JobId, str]] = field(default_factory=list)
    posts: list[tuple[JobId, str]] = field(default_factory=list)
    nudges: list[str] = field(default_factory=list)
    most_clips: defaultdict[JobId, int] = field(default_factory=lambda: defaultdict(int))
    deleted_clips: set[JobId] = field(default_factory=set)
    _nonces: dict[tuple[JobId, Placeholder | None], Placeholder] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=count)

    async def post(
        self, place: PlaceId, job: JobId, message: Message, *, replaces: Placeholder | None = None
    ) -> Placeholder:
        await self.before("post")
        with self._call("post", place, job):
            if place in self.closed:
                raise ChatForbidden
            placeholder = self._name(place, replaces)
            if self.has_nonce:
                known = self._nonces.setdefault((job, replaces), placeholder)
                if known != placeholder:
                    return known
            self._show(placeholder, job, message)
            self.posts.append((job, message.text))
        await self.after("post")
        return placeholder

    async def edit(self, placeholder: Placeholder, job: JobId, message: Message) -> None:
        await self.before("edit")
        with self._call("edit", placeholder.place, job):
            if placeholder not in self.shown or placeholder in self.frozen:
                raise MessageGone
            if message.clip is not None and not self.takes_clips:
                raise ClipTooLarge
            self._show(placeholder, job, message)
            self.edits.append((job, message.text))
        await self.after("edit")

    async def remove(self, placeholder: Placeholder, job: JobId) -> None:
        with self._call("remove", placeholder.place, job):
            for known in [each for each in self.shown if each.is_same(placeholder)]:
                if known not in self.frozen:
                    del self.shown[known]

    def is_fading(self, placeholder: Placeholder) -> bool:
        return placeholder in self.fading | self.frozen

    async def nudge(self, placeholder: Placeholder, job: JobId, text: str) -> None:
        with self._call("nudge", placeholder.place, job):
            self.nudges.append(text)

    def _name(self, place: PlaceId, replaces: Placeholder | None) -> Placeholder:
        """Name a message that is posted; its way to be reached before leads nowhere any more."""
        name = f"m{next(self._numbers)}"
        if self.is_reached_anew and replaces is not None:
            self.shown.pop(replaces, None)
            name = f"{replaces.message.partition('#')[0]}#{name}"
        return Placeholder(place=place, message=MessageId(name))

    def lose(self) -> None:
        """Let people delete every message."""
        for job, _ in list(self.shown.values()):
            self.delete(job)

    def delete(self, job: JobId) -> None:
        """Let people delete the messages of a job."""
        if self.clips(job):
            self.deleted_clips.add(job)
        for placeholder in self._of(job):
            del self.shown[placeholder]

    def fade(self, job: JobId) -> None:
        """Let what is shown for a job be changed for a while only."""
        self.fading.update(self._of(job))

    def freeze(self, job: JobId) -> None:
        """Let what is shown for a job be changed no more."""
        self.frozen.update(self._of(job))

    def messages(self, job: JobId) -> list[Message]:
        """List what is shown for a job."""
        return [message for shown, message in self.shown.values() if shown == job]

    def clips(self, job: JobId) -> int:
        """Count the messages that show the job's clip."""
        return sum(message.clip is not None for message in self.messages(job))

    def _show(self, placeholder: Placeholder, job: JobId, message: Message) -> None:
        self.shown[placeholder] = (job, message)
        self.most_clips[job] = max(self.most_clips[job], self.clips(job))

    def _of(self, job: JobId) -> list[Placeholder]:
        return [placeholder for placeholder, (shown, _) in self.shown.items() if shown == job]

    @contextmanager
    def _call(self, verb: str, place: PlaceId, job: JobId | None) -> Generator[None]:
        """Have one call's effect take place within its fault, and within a crash of the caller."""
        self.step()
        self.gate(verb, place)
        fault = self._next_fault(verb)
        if fault is Fault.DELETED_BEFORE and job is not None:
            self.delete(job)
        elif fault in _REFUSALS:
            raise _REFUSALS[fault]()
        yield
        if fault is Fault.DELETED_AFTER and job is not None:
            self.delete(job)
        self.step()
        if fault is Fault.REPLY_LOST:
            raise ChatUnavailable

    def _next_fault(self, verb: str) -> Fault | None:
        fault = self.coming.popleft() if self.coming else None
        if fault is None and self.faults[verb]:
            fault = self.faults[verb].popleft()
        return fault
