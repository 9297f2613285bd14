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
from datetime import datetime, timedelta

from bots import messages
from bots.chat import Chat, Message, Placeholder
from bots.clock import Clock, utc_now
from bots.errors import BotsError, ChatUnavailable, MessageGone, StoreUnavailable
from bots.gallery import Gallery
from bots.messages import Subject
from bots.retention import Retention
from bots.store.journal import Journal, Request
from bots.studio import Ticket
from bots.texts.texts import Texts
from engine.jobs.errors import JobsError, QueueUnavailable
from engine.jobs.job import TERMINAL, JobId, JobState, Outcome, Progress, Succeeded
from engine.jobs.outbox import Outbox, OutboxEntry
from engine.jobs.progress import ProgressFeed
from engine.jobs.queue import JobQueue

log = logging.getLogger(__name__)

_OURS = (BotsError, JobsError)


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
class _Thread:
    """What this process knows about one job's message; one thing at a time is done to it."""

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
        queue: JobQueue,
        outbox: Outbox,
        feed: ProgressFeed,
        gallery: Gallery,
        retention: Retention,
        pace: Pace = USUAL_PACE,
        now: Clock = utc_now,
    ) -> None:
        self._bot = bot
        self._chat = chat
        self._journal = journal
        self._queue = queue
        self._outbox = outbox
        self._feed = feed
        self._gallery = gallery
        self._retention = retention
        self._pace = pace
        self._now = now
        self._threads: defaultdict[JobId, _Thread] = defaultdict(_Thread)

    async def open(self, ticket: Ticket) -> Placeholder:
        """Post the message that will become the clip; the same ticket again gives the same one.

        Raises:
            ChatUnavailable: it could not be posted; the outcome will come as a new message.
        """
        thread = self._threads[ticket.job]
        async with thread.lock:
            request = await self._journal.get(ticket.job)
            if request is None:
                raise LookupError(f"{ticket.job} is not in the journal")
            if request.placeholder is not None:
                return request.placeholder
            return await self._post(request, thread, await self._status(request, thread))

    async def close(self, job: JobId) -> None:
        """Take a job's message away, and show nothing of it any more."""
        async with self._threads[job].lock:
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
            if progress.job in self._threads:
                self._threads[progress.job].progress = progress

    async def _take_outcomes(self, tasks: asyncio.TaskGroup) -> None:
        """Write outcomes into the journal as they come, and have them shown at once."""
        while True:
            try:
                for entry in await self._outbox.entries(wait=timedelta(seconds=2)):
                    await self._take(entry)
                    tasks.create_task(self._look_after(entry.job))
            except _OURS as error:
                log.warning("outcomes have to wait: %s", error)
                self._outbox.rewind()
                await asyncio.sleep(self._pace.pulse_s)

    async def _take(self, entry: OutboxEntry) -> None:
        request = await self._journal.get(entry.job)
        if request is None or request.erased:
            await self._retention.erase_clip(entry.job)
        if request is not None:
            await self._journal.settle(entry.job, entry.outcome, self._now())
        await self._outbox.acknowledge(entry.entry)
        await self._queue.forget(entry.job)

    async def _look_after_all(self, tasks: asyncio.TaskGroup) -> None:
        try:
            jobs = await self._journal.undelivered(self._bot)
        except StoreUnavailable as error:
            log.warning("nothing can be shown for now: %s", error)
            return
        for job in self._threads.keys() - jobs:
            if not self._threads[job].lock.locked():
                del self._threads[job]
        now = asyncio.get_running_loop().time()
        for job in jobs:
            thread = self._threads[job]
            if thread.not_before <= now and not thread.lock.locked():
                tasks.create_task(self._look_after(job))

    async def _look_after(self, job: JobId) -> None:
        """Bring one job's message up to date; what fails now is tried again later."""
        thread = self._threads[job]
        async with thread.lock:
            try:
                request = await self._journal.get(job)
                if request is not None and request.delivered is None:
                    await self._show(request, thread)
                thread.failures = 0
            except _OURS as error:
                self._put_off(job, thread, error)
            except Exception:
                log.exception("the message of %s cannot be brought up to date", job)
                self._put_off(job, thread, None)

    def _put_off(self, job: JobId, thread: _Thread, error: Exception | None) -> None:
        wait_s = min(self._pace.pulse_s * 2**thread.failures, self._pace.longest_wait_s)
        thread.failures += 1
        thread.not_before = asyncio.get_running_loop().time() + wait_s
        log.info("%s is tried again in %.0f s: %s", job, wait_s, error)

    async def _show(self, request: Request, thread: _Thread) -> None:
        if request.erased:
            await self._withdraw(request)
        elif request.state not in TERMINAL:
            await self._update(request, thread)
        elif request.outcome is None or self._age_s(request.finished) > self._pace.give_up_s:
            log.warning("%s ended and could not be shown in time", request.id)
            await self._journal.set_delivered(request.id, self._now())
        elif request.placeholder is not None or self._is_overdue(request):
            await self._deliver(request, thread, request.outcome)

    async def _withdraw(self, request: Request) -> None:
        if request.placeholder is not None:
            await self._chat.remove(request.placeholder)
        await self._journal.set_delivered(request.id, self._now())

    async def _update(self, request: Request, thread: _Thread) -> None:
        """Show where an unfinished job is, when that has changed."""
        message = await self._status(request, thread)
        if request.placeholder is None:
            if self._is_overdue(request):
                await self._post(request, thread, message)
        elif message != thread.shown and not thread.gone:
            try:
                await self._chat.edit(request.placeholder, request.id, message)
            except MessageGone:
                thread.gone = True
            thread.shown = message

    async def _deliver(self, request: Request, thread: _Thread, outcome: Outcome) -> None:
        """Turn the placeholder into what became of the job."""
        subject = await self._subject(request)
        texts = Texts.of(request.person.language)
        message = messages.ended(texts, subject, outcome)
        placeholder = request.placeholder
        try:
            if placeholder is None:
                raise MessageGone
            await self._chat.edit(placeholder, request.id, message)
        except MessageGone:
            # Posting may be repeated after a crash, editing shows once: so post a bare line first.
            placeholder = await self._post(request, thread, messages.moment(texts))
            await self._chat.edit(placeholder, request.id, message)
        await self._journal.set_delivered(request.id, self._now())
        if isinstance(outcome, Succeeded) and self._is_unnoticed(request):
            await self._nudge(placeholder, texts.ready(texts.title(subject.title)))

    async def _post(self, request: Request, thread: _Thread, message: Message) -> Placeholder:
        placeholder = await self._chat.post(request.place, request.id, message)
        thread.shown, thread.gone = message, False
        await self._journal.set_placeholder(request.id, placeholder.message)
        return placeholder

    async def _nudge(self, placeholder: Placeholder, text: str) -> None:
        try:
            await self._chat.nudge(placeholder, text)
        except (ChatUnavailable, MessageGone) as error:
            log.info("a nudge was dropped: %s", error)

    async def _status(self, request: Request, thread: _Thread) -> Message:
        """Say where an unfinished job is; what the queue does not answer is left out."""
        texts, subject = Texts.of(request.person.language), await self._subject(request)
        somebody_works = await self._gallery.somebody_works()
        try:
            standing = await self._queue.standing(request.id)
            if standing is None or standing.state is JobState.QUEUED:
                return messages.queued(texts, subject, standing, somebody_works=somebody_works)
            progress = thread.progress or await self._queue.last_progress(request.id)
        except QueueUnavailable:
            return thread.shown or messages.queued(texts, subject, None, somebody_works=True)
        return messages.running(texts, subject, progress)

    async def _subject(self, request: Request) -> Subject:
        if request.runners_up is None:
            return Subject(title=request.title)
        cards = {card.id: card for card in await self._gallery.cards()}
        near = [cards[effect] for effect in request.runners_up if effect in cards]
        return Subject(title=request.title, runners_up=near)

    def _is_overdue(self, request: Request) -> bool:
        """Tell whether a placeholder would have been recorded by now if it had gone well."""
        return self._age_s(request.created) > self._pace.opening_s

    def _is_unnoticed(self, request: Request) -> bool:
        return self._age_s(request.created) > self._pace.unnoticed_s

    def _age_s(self, since: datetime | None) -> float:
        return 0.0 if since is None else (self._now() - since).total_seconds()
