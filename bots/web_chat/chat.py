"""The web page as a platform: what delivery shows is kept in SQL and sent to every open tab."""

from __future__ import annotations

from dataclasses import replace

from bots.chat import Action, Message, MessageId, Placeholder, PlaceId
from bots.clock import Clock, utc_now
from bots.errors import MessageGone
from bots.store.conversation import Answered, Asked, Conversation, Line
from bots.web_chat.protocol import EntryFrame, NudgeFrame, RemovedFrame
from bots.web_chat.rooms import Rooms
from engine.jobs.job import JobId

ACTIONS = frozenset(Action) - {
    Action.REMIX,
    Action.HD,
    Action.SHARE,
    Action.REPORT,
    Action.GET,
}
"""What the page's buttons do."""


class WebChat:
    """The Chat port over web sockets. A job has one message, and the message has the job's id."""

    def __init__(self, conversation: Conversation, rooms: Rooms, now: Clock = utc_now) -> None:
        self._conversation = conversation
        self._rooms = rooms
        self._now = now
        self._moving: dict[JobId, Answered] = {}

    async def post(
        self,
        place: PlaceId,
        job: JobId,
        message: Message,
        *,
        replaces: Placeholder | None = None,  # noqa: ARG002 - a job has one message in any case
    ) -> Placeholder:
        """Show a new message for a job; the same job's message again is the same message."""
        entry = Answered(job=job, message=_shown(message))
        await self._conversation.add(place, entry, self._now())
        self._rooms.tell(place, EntryFrame(entry=entry))
        return Placeholder(place=place, message=MessageId(job))

    async def edit(self, placeholder: Placeholder, job: JobId, message: Message) -> None:
        """Replace a message. Steps of progress are shown but not kept: the next one comes soon.

        Raises:
            MessageGone: the message no longer exists.
        """
        entry = Answered(job=job, message=_shown(message))
        if message.progress is not None:
            self._moving[job] = entry
        else:
            self._moving.pop(job, None)
            if not await self._conversation.replace(placeholder.place, entry):
                raise MessageGone
        self._rooms.tell(placeholder.place, EntryFrame(entry=entry))

    async def remove(self, placeholder: Placeholder, job: JobId) -> None:
        """Take a job's messages away: the person's and ours."""
        self._moving.pop(job, None)
        await self._conversation.remove(placeholder.place, job)
        self._rooms.tell(placeholder.place, RemovedFrame(job=job))

    def is_fading(self, placeholder: Placeholder) -> bool:  # noqa: ARG002
        """Tell that an answer can be changed for as long as it is there."""
        return False

    async def say(self, place: PlaceId, asked: Asked) -> None:
        """Show what a person has asked for."""
        await self._conversation.add(place, asked, self._now())
        self._rooms.tell(place, EntryFrame(entry=asked))

    async def asked(self, place: PlaceId, job: JobId) -> Asked | None:
        """Find what a person asked for with a job."""
        return await self._conversation.asked(place, job)

    async def nudge(self, placeholder: Placeholder, job: JobId, text: str) -> None:  # noqa: ARG002
        """Give every open tab one line to announce."""
        self._rooms.tell(placeholder.place, NudgeFrame(text=text))

    async def latest(
        self, place: PlaceId, *, limit: int, before: int | None = None
    ) -> tuple[Line, ...]:
        """Read the last entries, or the last ones before a `seq`, with progress as it is now."""
        lines = await self._conversation.latest(place, limit=limit, before=before)
        return tuple(self._as_it_is_now(line) for line in lines)

    def _as_it_is_now(self, line: Line) -> Line:
        moving = self._moving.get(line.entry.job)
        if moving is None or line.entry.kind != "answered":
            return line
        return replace(line, entry=moving)


def _shown(message: Message) -> Message:
    buttons = tuple(button for button in message.buttons if button.action in ACTIONS)
    return replace(message, buttons=buttons)
