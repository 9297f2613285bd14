"""One look at a request: its message is made to say how things are, and that is recorded.

Whatever is raised here leaves everything so that looking again is right.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import datetime

from bots.chat import Message, Placeholder
from bots.clock import Clock
from bots.delivery.lanes import Lanes
from bots.delivery.memory import Memory
from bots.delivery.pace import Pace
from bots.errors import ChatForbidden, ChatUnavailable, ClipTooLarge, MessageGone, Overtaken
from bots.metrics import BotMetrics
from bots.reporter import Reporter
from bots.store.journal import Journal
from bots.store.requests import Request
from engine.jobs.errors import QueueUnavailable
from engine.jobs.job import TERMINAL, Outcome, Succeeded

log = logging.getLogger(__name__)


class Showing:
    """What to do about a request's message, from what the journal and the process know of it."""

    def __init__(
        self,
        *,
        lanes: Lanes,
        journal: Journal,
        reporter: Reporter,
        metrics: BotMetrics,
        pace: Pace,
        now: Clock,
    ) -> None:
        self._lanes = lanes
        self._journal = journal
        self._reporter = reporter
        self._metrics = metrics
        self._pace = pace
        self._now = now

    async def look_after(self, request: Request, memory: Memory) -> None:
        """Bring the message up to date."""
        if request.delivered is not None:
            return
        if request.erased:
            await self.withdraw(request, memory)
        elif request.state not in TERMINAL:
            await self._show_progress(request, memory)
        elif self._age_s(request.finished) > self._pace.give_up_s:
            await self._give_up(request, "it could not be shown in time")
        elif request.outcome is not None and (
            request.placeholder or self._may_post(request, memory)
        ):
            await self._show_end(request, request.outcome, memory)

    async def open(self, request: Request, memory: Memory) -> Placeholder:
        """Post the message that will become the clip, unless it is there.

        Raises:
            Overtaken: the request has been deleted or has come to its end.
        """
        if request.placeholder is not None:
            return request.placeholder
        try:
            return await self._post(request, memory, await self._status(request, memory))
        except Overtaken:
            known = await self._journal.get(request.id)
            if known is None or known.placeholder is None:
                raise
            return known.placeholder

    async def withdraw(self, request: Request, memory: Memory) -> None:
        """Take the message away; nothing of the request is shown any more."""
        for placeholder in (request.placeholder, memory.posted):
            if placeholder is not None:
                await self._remove(request, placeholder)
        await self._journal.set_delivered(request.id, self._now())

    async def _show_progress(self, request: Request, memory: Memory) -> None:
        """Show where an unfinished job is, when that has changed."""
        if memory.silent:
            return
        message = await self._status(request, memory)
        try:
            if request.placeholder is None:
                if self._may_post(request, memory):
                    await self._post(request, memory, message)
            elif message != memory.shown and await self._lanes.try_edit(
                request.placeholder, request.id, message
            ):
                memory.shown = message
                await self._mend(request, request.placeholder)
        except (MessageGone, ChatForbidden) as error:
            log.info("progress of %s is not shown any more: %s", request.id, error)
            memory.silent = True

    async def _mend(self, request: Request, placeholder: Placeholder) -> None:
        """Show the end again if another process showed it just before we showed progress."""
        known = await self._journal.get(request.id)
        if known is None or known.delivered is None or known.undeliverable:
            return
        if known.outcome is not None:
            message = await self._reporter.ended(known, known.outcome)
            await self._lanes.edit(placeholder, request.id, message)

    async def _show_end(self, request: Request, outcome: Outcome, memory: Memory) -> None:
        """Turn the placeholder into what became of the job."""
        message = await self._ending(request, outcome, memory)
        try:
            placeholder = await self._put(request, memory, message)
        except ClipTooLarge:
            memory.too_large = True
            raise
        except (ChatForbidden, MessageGone) as error:
            await self._give_up(request, str(error))
            return
        if memory.too_large:
            await self._give_up(request, "the platform does not take a file of this size")
            return
        await self._journal.set_delivered(request.id, self._now())
        as_new = placeholder != request.placeholder
        self._metrics.delivered("posted" if as_new else "shown")
        if isinstance(outcome, Succeeded) and self._is_unnoticed(request) and not as_new:
            await self._lanes.try_nudge(placeholder, request.id, self._reporter.ready(request))

    async def _ending(self, request: Request, outcome: Outcome, memory: Memory) -> Message:
        if memory.too_large:
            return self._reporter.too_large(request)
        return await self._reporter.ended(request, outcome)

    async def _put(self, request: Request, memory: Memory, message: Message) -> Placeholder:
        """Edit the placeholder, or a bare line posted for it: posting might show a clip twice.

        Raises:
            MessageGone: the person has removed the second message as well.
        """
        placeholder = request.placeholder
        if placeholder is None:
            placeholder = await self._post(request, memory, self._reporter.moment(request))
        try:
            await self._lanes.edit(placeholder, request.id, message)
        except MessageGone:
            if memory.replaced:
                raise
            bare = self._reporter.moment(request)
            placeholder = await self._post(request, memory, bare, replaces=placeholder)
            memory.replaced = True
            await self._lanes.edit(placeholder, request.id, message)
        return placeholder

    async def _post(
        self,
        request: Request,
        memory: Memory,
        message: Message,
        *,
        replaces: Placeholder | None = None,
    ) -> Placeholder:
        """Post a message and note it in the journal, which takes only one."""
        if memory.posted in (None, replaces):
            with _doubting(memory):
                memory.posted = await self._lanes.post(
                    request.place, request.id, message, replaces=replaces
                )
            memory.shown = message
        placeholder = memory.posted
        instead_of = None if replaces is None else replaces.message
        noted = await self._journal.set_placeholder(
            request.id, placeholder.message, replaces=instead_of
        )
        if not noted:
            await self._give_way(request, placeholder)
        memory.posted = None
        return placeholder

    async def _give_way(self, request: Request, placeholder: Placeholder) -> None:
        """Remove a message that is not needed, unless the platform gave the same one to others."""
        known = await self._journal.get(request.id)
        if known is None or known.erased or known.placeholder != placeholder:
            await self._remove(request, placeholder)
            raise Overtaken

    async def _remove(self, request: Request, placeholder: Placeholder) -> None:
        with suppress(ChatForbidden):
            await self._lanes.remove(placeholder, request.id)

    async def _give_up(self, request: Request, why: str) -> None:
        """Leave a result to be collected."""
        log.warning("%s is undeliverable: %s", request.id, why)
        await self._journal.set_undeliverable(request.id, self._now())
        self._metrics.delivered("undeliverable")

    async def _status(self, request: Request, memory: Memory) -> Message:
        """Say where an unfinished job is, or was when the queue last answered."""
        try:
            return await self._reporter.status(request, memory.progress)
        except QueueUnavailable:
            return memory.shown or await self._reporter.accepted(request)

    def _may_post(self, request: Request, memory: Memory) -> bool:
        """Tell whether no placeholder is on its way from whoever took the ask."""
        return memory.turned_away or self._is_overdue(request)

    def _is_overdue(self, request: Request) -> bool:
        """Tell whether a placeholder would have been recorded by now if it had gone well."""
        return self._age_s(request.created) > self._pace.opening_s

    def _is_unnoticed(self, request: Request) -> bool:
        return self._age_s(request.created) > self._pace.unnoticed_s

    def _age_s(self, since: datetime | None) -> float:
        return 0.0 if since is None else (self._now() - since).total_seconds()


@contextmanager
def _doubting(memory: Memory) -> Generator[None]:
    """Remember a post that may have been seen although it was not answered."""
    try:
        yield
    except ChatUnavailable:
        memory.in_doubt = True
        raise
    memory.in_doubt = False
