"""One look at a request: its message is made to say how things are, and that is recorded.

Whatever is raised here leaves everything so that looking again is right.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from bots.chat import Message, Placeholder
from bots.clock import Clock
from bots.delivery.lanes import Lanes
from bots.delivery.memory import Memory
from bots.delivery.pace import Pace
from bots.delivery.placing import Placing
from bots.errors import BotsError, ChatForbidden, ClipTooLarge, MessageGone, Overtaken
from bots.metrics import BotMetrics
from bots.reporter import Reporter
from bots.store.journal import Journal
from bots.store.requests import Request
from engine.jobs.errors import JobsError, MediaMissing, MediaUnavailable, QueueUnavailable
from engine.jobs.job import TERMINAL, Clip, Outcome, Succeeded

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
        self._placing = Placing(lanes, journal)
        self._journal = journal
        self._reporter = reporter
        self._metrics = metrics
        self._pace = pace
        self._now = now

    async def look_after(self, request: Request, memory: Memory) -> None:
        """Bring the message up to date."""
        if request.delivered is not None:
            return
        memory.turn_to(request.placeholder)
        await self._seek_first_look(request, memory)
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
            return await self._placing.post(request, memory, await self._status(request, memory))
        except Overtaken:
            known = await self._journal.get(request.id)
            if known is None or known.placeholder is None:
                raise
            return known.placeholder

    async def reopen(self, request: Request, memory: Memory) -> Placeholder:
        """Show a request in a new message from now on; its end at once, if it has come.

        Raises:
            Overtaken: the request has been deleted, or there is nothing left to show.
        """
        if request.erased or request.delivered is not None:
            raise Overtaken
        has_ended = request.state in TERMINAL
        message = (
            self._reporter.moment(request) if has_ended else await self._status(request, memory)
        )
        placeholder = await self._placing.begin_anew(request, memory, message)
        if request.outcome is not None:
            moved = replace(request, placeholder=placeholder)
            try:
                await self._show_end(moved, request.outcome, memory, as_new=True)
            except (BotsError, JobsError) as error:
                log.info("the end of %s is shown later: %s", request.id, error)
        return placeholder

    async def withdraw(self, request: Request, memory: Memory) -> None:
        """Take the message away; nothing of the request is shown any more."""
        for placeholder in (request.placeholder, memory.posted):
            if placeholder is not None:
                await self._placing.remove(request, placeholder)
        await self._journal.set_delivered(request.id, self._now())

    async def _show_progress(self, request: Request, memory: Memory) -> None:
        """Show where an unfinished job is, when that has changed."""
        if memory.silent:
            return
        try:
            await self._tell(request, memory)
        except (ClipTooLarge, MediaMissing) as error:
            log.info("the first look at %s is not shown: %s", request.id, error)
            memory.first_look = None
        except (MessageGone, ChatForbidden) as error:
            log.info("progress of %s is not shown any more: %s", request.id, error)
            memory.silent = True

    async def _tell(self, request: Request, memory: Memory) -> None:
        placeholder = request.placeholder
        if placeholder is None:
            if self._may_post(request, memory):
                await self._placing.post(request, memory, await self._status(request, memory))
            return
        if self._lanes.is_fading(placeholder):
            message = await self._status(request, memory)
            await self._leave(request, memory, message, placeholder)
            return
        message = await self._status(request, memory, memory.first_look)
        if message != memory.shown and await self._lanes.try_edit(placeholder, request.id, message):
            memory.shown = message
            await self._mend(request, memory, placeholder)

    async def _seek_first_look(self, request: Request, memory: Memory) -> None:
        """Look once for a first look that came while nobody was here to be told of it."""
        if memory.sought or request.erased or isinstance(request.outcome, Succeeded):
            return
        memory.sought = True
        try:
            memory.first_look = memory.first_look or await self._reporter.first_look(request)
        except MediaUnavailable as error:
            log.info("whether there is a first look at %s is not known: %s", request.id, error)

    async def _leave(
        self, request: Request, memory: Memory, message: Message, fading: Placeholder
    ) -> None:
        """Go on in another message; where none can be posted, say that the clip will wait."""
        try:
            await self._placing.move(request, memory, message, fading)
        except ChatForbidden as error:
            log.info("%s cannot go on in another message: %s", request.id, error)
            await self._lanes.edit(fading, request.id, self._reporter.waits(request))
            memory.silent = True
            await self._mend(request, memory, fading)

    async def _mend(self, request: Request, memory: Memory, placeholder: Placeholder) -> None:
        """Show the end again if another process showed it just before we showed progress."""
        known = await self._journal.get(request.id)
        if known is None or known.delivered is None or known.undeliverable:
            return
        if known.placeholder == placeholder:
            await self._show_again(known, memory, placeholder)

    async def _show_again(self, known: Request, memory: Memory, placeholder: Placeholder) -> None:
        """Show an end that is recorded already."""
        if known.outcome is None:
            return
        try:
            message = await self._ending(known, known.outcome, memory)
            await self._lanes.edit(placeholder, known.id, message)
        except ClipTooLarge:
            memory.too_large, memory.first_look = True, None
            message = await self._ending(known, known.outcome, memory)
            await self._lanes.edit(placeholder, known.id, message)

    async def _show_end(
        self, request: Request, outcome: Outcome, memory: Memory, *, as_new: bool = False
    ) -> None:
        """Turn the placeholder into what became of the job."""
        too_large, message = memory.too_large, await self._ending(request, outcome, memory)
        try:
            placeholder = await self._put(request, memory, message)
        except (ClipTooLarge, MediaMissing) as error:
            memory.first_look = None
            if isinstance(error, ClipTooLarge) and isinstance(outcome, Succeeded):
                memory.too_large = True
            raise
        except (ChatForbidden, MessageGone) as error:
            await self._lose(request, memory, error)
            return
        if too_large and not any(button.url for button in message.buttons):
            await self._give_up(request, "the platform does not take a file of this size")
            await self._follow(request, memory, placeholder)
            return
        await self._journal.set_delivered(request.id, self._now())
        await self._follow(request, memory, placeholder)
        as_new = as_new or placeholder != request.placeholder
        self._metrics.delivered("posted" if as_new else "shown")
        if isinstance(outcome, Succeeded) and self._is_unnoticed(request) and not as_new:
            await self._lanes.try_nudge(placeholder, request.id, self._reporter.ready(request))

    async def _follow(self, request: Request, memory: Memory, shown: Placeholder) -> None:
        """Show the end where it belongs, if another process moved the request meanwhile."""
        known = await self._journal.get(request.id)
        if known is None or known.erased or known.placeholder in (None, shown):
            return
        await self._placing.take_away(request, shown, for_=known.placeholder)
        await self._show_again(known, memory, known.placeholder)

    async def _lose(self, request: Request, memory: Memory, error: Exception) -> None:
        """Give up a message that takes nothing, unless another process has moved the request."""
        known = await self._journal.get(request.id)
        if known is not None and known.placeholder != memory.about:
            raise Overtaken from error
        if isinstance(error, ChatForbidden) and memory.about is not None:
            with suppress(BotsError):
                await self._lanes.edit(memory.about, request.id, self._reporter.waits(request))
        await self._give_up(request, str(error))

    async def _ending(self, request: Request, outcome: Outcome, memory: Memory) -> Message:
        if memory.too_large and isinstance(outcome, Succeeded):
            return await self._reporter.too_large(request, outcome.clip)
        return await self._reporter.ended(request, outcome, memory.first_look)

    async def _put(self, request: Request, memory: Memory, message: Message) -> Placeholder:
        """Edit the placeholder, or a bare line posted for it: posting might show a clip twice.

        Raises:
            MessageGone: the person has removed the second message as well.
        """
        placeholder = await self._becoming_the_end(request, memory)
        try:
            await self._lanes.edit(placeholder, request.id, message)
        except MessageGone:
            if memory.replaced:
                raise
            gone, bare = placeholder, self._reporter.moment(request)
            placeholder = await self._placing.post(request, memory, bare, replaces=gone)
            memory.replaced = True
            # it may be there still, only that we can change it no more
            await self._placing.take_away(request, gone, for_=placeholder)
            await self._lanes.edit(placeholder, request.id, message)
        return placeholder

    async def _becoming_the_end(self, request: Request, memory: Memory) -> Placeholder:
        """Find the message to edit; one that is fading is left, if there can be another one."""
        placeholder, bare = request.placeholder, self._reporter.moment(request)
        if placeholder is None:
            return await self._placing.post(request, memory, bare)
        if memory.silent or not self._lanes.is_fading(placeholder):
            return placeholder
        try:
            return await self._placing.move(request, memory, bare, placeholder)
        except ChatForbidden:
            return placeholder

    async def _give_up(self, request: Request, why: str) -> None:
        """Leave a result to be collected."""
        log.warning("%s is undeliverable: %s", request.id, why)
        await self._journal.set_undeliverable(request.id, self._now())
        self._metrics.delivered("undeliverable")

    async def _status(
        self, request: Request, memory: Memory, first_look: Clip | None = None
    ) -> Message:
        """Say where an unfinished job is, or was when the queue last answered.

        What is posted, and not edited, is to have no first look: it might be seen twice.
        """
        try:
            return await self._reporter.status(request, memory.progress, first_look)
        except QueueUnavailable:
            shown = memory.shown or await self._reporter.accepted(request)
            return shown if first_look is not None else replace(shown, clip=None)

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
