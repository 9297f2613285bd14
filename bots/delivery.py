"""Outcomes and progress back to the chat: every outcome is seen once, in the message for its job.

An outcome goes from the outbox into the journal, and only then is acknowledged; from there it is
shown by editing the job's placeholder, which may be repeated without harm, and only then recorded
as delivered. A crash between any two of these steps leaves the earlier one to be done again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from bots.chat import Chat, Message, Placeholder
from bots.clock import Clock, utc_now
from bots.errors import BotsError, ChatUnavailable, MessageGone, StoreUnavailable
from bots.outcomes import Outcomes
from bots.reporter import Reporter
from bots.store.journal import Journal, Request
from bots.studio import Ticket
from engine.jobs.errors import JobsError, QueueUnavailable
from engine.jobs.job import TERMINAL, JobId, Outcome, Progress, Succeeded
from engine.jobs.progress import ProgressFeed

log = logging.getLogger(__name__)

_OURS = (BotsError, JobsError)
_MOST_DOUBLINGS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often and how long things are tried.

    Attributes:
        pulse_s: between looks at what is on its way, and between two edits of one message.
        opening_s: how long a new request's placeholder may take to be posted and recorded.
        longest_wait_s: between tries while the platform does not answer.
        give_up_s: after which an outcome that cannot be shown is left alone.
        unnoticed_s: an edit notifies nobody, so a clip that took longer is followed by a line.
    """

    pulse_s: float = 1.0
    opening_s: float = 10.0
    longest_wait_s: float = 60.0
    give_up_s: float = 24 * 3600.0
    unnoticed_s: float = 30.0


USUAL_PACE = Pace()


@dataclass(slots=True)
class _Memory:
    """What this process remembers of one job's message; one thing at a time is done to it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    shown: Message | None = None
    gone: bool = False
    progress: Progress | None = None
    failures: int = 0
    not_before: float = 0.0


class Delivery:
    """Shows one bot's requests in its chats; one Delivery runs for each bot."""

    def __init__(
        self,
        *,
        bot: str,
        chat: Chat,
        journal: Journal,
        outcomes: Outcomes,
        feed: ProgressFeed,
        reporter: Reporter,
        pace: Pace = USUAL_PACE,
        now: Clock = utc_now,
    ) -> None:
        self._bot = bot
        self._chat = chat
        self._journal = journal
        self._outcomes = outcomes
        self._feed = feed
        self._reporter = reporter
        self._pace = pace
        self._now = now
        self._memories: defaultdict[JobId, _Memory] = defaultdict(_Memory)

    async def open(self, ticket: Ticket) -> Placeholder:
        """Post the message that will become the clip; the same ticket again gives the same one.

        Raises:
            ChatUnavailable: it could not be posted; the outcome will come as a new message.
        """
        memory = self._memories[ticket.job]
        async with memory.lock:
            request = await self._journal.get(ticket.job)
            if request is None:
                raise LookupError(f"{ticket.job} is not in the journal")
            if request.placeholder is not None:
                return request.placeholder
            return await self._post(request, memory, await self._status(request, memory))

    async def close(self, job: JobId) -> None:
        """Take a job's message away, and show nothing of it any more."""
        async with self._memories[job].lock:
            request = await self._journal.get(job)
            if request is not None:
                await self._withdraw(request)

    async def run(self) -> None:
        """Show what happens to the bot's requests, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_progress())
            tasks.create_task(self._take_outcomes(tasks))
            while True:
                await self._look_after_all(tasks)
                await asyncio.sleep(self._pace.pulse_s)

    async def _follow_progress(self) -> None:
        async for progress in self._feed.listen():
            if progress.job in self._memories:
                self._memories[progress.job].progress = progress

    async def _take_outcomes(self, tasks: asyncio.TaskGroup) -> None:
        """Have outcomes shown as soon as they are in the journal."""
        while True:
            try:
                for job in await self._outcomes.take():
                    tasks.create_task(self._look_after(job))
            except _OURS as error:
                log.warning("outcomes have to wait: %s", error)
                await asyncio.sleep(self._pace.pulse_s)

    async def _look_after_all(self, tasks: asyncio.TaskGroup) -> None:
        try:
            jobs = await self._journal.undelivered(self._bot)
        except StoreUnavailable as error:
            log.warning("nothing can be shown for now: %s", error)
            return
        for job in self._memories.keys() - jobs:
            if not self._memories[job].lock.locked():
                del self._memories[job]
        now = asyncio.get_running_loop().time()
        for job in jobs:
            memory = self._memories[job]
            if memory.not_before <= now and not memory.lock.locked():
                tasks.create_task(self._look_after(job))

    async def _look_after(self, job: JobId) -> None:
        """Bring one job's message up to date; what fails now is tried again later."""
        memory = self._memories[job]
        async with memory.lock:
            try:
                request = await self._journal.get(job)
                if request is not None and request.delivered is None:
                    await self._show(request, memory)
                memory.failures = 0
            except _OURS as error:
                self._put_off(job, memory, error)
            except Exception:
                log.exception("the message of %s cannot be brought up to date", job)
                self._put_off(job, memory, None)

    def _put_off(self, job: JobId, memory: _Memory, error: Exception | None) -> None:
        doubled = 2 ** min(memory.failures, _MOST_DOUBLINGS)
        wait_s = min(self._pace.pulse_s * doubled, self._pace.longest_wait_s)
        memory.failures += 1
        memory.not_before = asyncio.get_running_loop().time() + wait_s
        log.info("%s is tried again in %.0f s: %s", job, wait_s, error)

    async def _show(self, request: Request, memory: _Memory) -> None:
        if request.erased:
            await self._withdraw(request)
        elif request.state not in TERMINAL:
            await self._update(request, memory)
        elif request.outcome is None or self._age_s(request.finished) > self._pace.give_up_s:
            log.warning("%s ended and could not be shown in time", request.id)
            await self._journal.set_delivered(request.id, self._now())
        elif request.placeholder is not None or self._is_overdue(request):
            await self._deliver(request, memory, request.outcome)

    async def _withdraw(self, request: Request) -> None:
        if request.placeholder is not None:
            await self._chat.remove(request.placeholder)
        await self._journal.set_delivered(request.id, self._now())

    async def _update(self, request: Request, memory: _Memory) -> None:
        """Show where an unfinished job is, when that has changed."""
        message = await self._status(request, memory)
        if request.placeholder is None:
            if self._is_overdue(request):
                await self._post(request, memory, message)
        elif message != memory.shown and not memory.gone:
            try:
                await self._chat.edit(request.placeholder, request.id, message)
            except MessageGone:
                memory.gone = True
            memory.shown = message

    async def _deliver(self, request: Request, memory: _Memory, outcome: Outcome) -> None:
        """Turn the placeholder into what became of the job."""
        message = await self._reporter.ended(request, outcome)
        placeholder = request.placeholder
        try:
            if placeholder is None:
                raise MessageGone
            await self._chat.edit(placeholder, request.id, message)
        except MessageGone:
            # Posting may be repeated after a crash, editing shows once: so post a bare line first.
            placeholder = await self._post(request, memory, self._reporter.moment(request))
            await self._chat.edit(placeholder, request.id, message)
        await self._journal.set_delivered(request.id, self._now())
        if isinstance(outcome, Succeeded) and self._is_unnoticed(request):
            await self._nudge(placeholder, self._reporter.ready(request))

    async def _post(self, request: Request, memory: _Memory, message: Message) -> Placeholder:
        placeholder = await self._chat.post(request.place, request.id, message)
        memory.shown, memory.gone = message, False
        await self._journal.set_placeholder(request.id, placeholder.message)
        return placeholder

    async def _nudge(self, placeholder: Placeholder, text: str) -> None:
        try:
            await self._chat.nudge(placeholder, text)
        except (ChatUnavailable, MessageGone) as error:
            log.info("a nudge was dropped: %s", error)

    async def _status(self, request: Request, memory: _Memory) -> Message:
        """Say where an unfinished job is, or was when the queue last answered."""
        try:
            return await self._reporter.status(request, memory.progress)
        except QueueUnavailable:
            return memory.shown or await self._reporter.accepted(request)

    def _is_overdue(self, request: Request) -> bool:
        """Tell whether a placeholder would have been recorded by now if it had gone well."""
        return self._age_s(request.created) > self._pace.opening_s

    def _is_unnoticed(self, request: Request) -> bool:
        return self._age_s(request.created) > self._pace.unnoticed_s

    def _age_s(self, since: datetime | None) -> float:
        return 0.0 if since is None else (self._now() - since).total_seconds()
