"""Who is looking at which conversation, and the frames on their way to them."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Iterator

from bots.chat import PlaceId
from bots.web_chat.protocol import EffectsFrame, EntryFrame, ServerFrame

MOST_SOCKETS = 8
"""Tabs one session may have open at once."""

_MOST_WAITING = 256


class Mailbox:
    """Frames on their way to one socket.

    A frame that replaces one still waiting takes its place, so a slow page gets every message but
    not every step of its progress.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._waiting: dict[str, ServerFrame] = {}
        self._numbers = itertools.count()
        self._changed = asyncio.Event()
        self._closed = False

    def put(self, frame: ServerFrame) -> None:
        """Add a frame; a page that has fallen too far behind is given up."""
        if self._closed:
            return
        self._waiting[self._slot(frame)] = frame
        self._closed = len(self._waiting) > _MOST_WAITING
        self._changed.set()

    def close(self) -> None:
        """Send nothing more."""
        self._closed = True
        self._changed.set()

    async def take(self) -> ServerFrame | None:
        """Wait for the next frame; None once the mailbox is closed."""
        while not self._waiting and not self._closed:
            self._changed.clear()
            await self._changed.wait()
        if self._closed:
            return None
        return self._waiting.pop(next(iter(self._waiting)))

    def _slot(self, frame: ServerFrame) -> str:
        match frame:
            case EntryFrame(entry=entry):
                return f"{entry.job}:{entry.kind}"
            case EffectsFrame():
                return "effects"
            case _:
                return str(next(self._numbers))


class Rooms:
    """The open mailboxes of every conversation."""

    def __init__(self) -> None:
        self._mailboxes: defaultdict[PlaceId, list[Mailbox]] = defaultdict(list)

    def join(self, place: PlaceId, language: str) -> Mailbox | None:
        """Open a mailbox; None when the session has as many tabs open as it may."""
        if len(self._mailboxes[place]) >= MOST_SOCKETS:
            return None
        mailbox = Mailbox(language)
        self._mailboxes[place].append(mailbox)
        return mailbox

    def leave(self, place: PlaceId, mailbox: Mailbox) -> None:
        """Drop a mailbox, and the room with its last one."""
        self._mailboxes[place].remove(mailbox)
        if not self._mailboxes[place]:
            del self._mailboxes[place]

    def tell(self, place: PlaceId, frame: ServerFrame) -> None:
        """Send a frame to everyone who looks at a conversation."""
        for mailbox in self._mailboxes.get(place, ()):
            mailbox.put(frame)

    def everyone(self) -> Iterator[Mailbox]:
        """Go through every open mailbox."""
        return itertools.chain.from_iterable(self._mailboxes.values())

    def close(self) -> None:
        """Close every mailbox, so that every socket is closed."""
        for mailbox in self.everyone():
            mailbox.close()
