"""When each request of a bot is looked at: soon, not all at once, and later if it went wrong."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from heapq import nsmallest

from bots.chat import Placeholder
from bots.delivery.memory import Memory
from bots.delivery.pace import USUAL_PACE, Pace
from bots.delivery.showing import Showing
from bots.delivery.watch import Watch
from bots.errors import BotsError, ChatBusy, ChatUnavailable, StoreUnavailable
from bots.outcomes import News, Outcomes
from bots.store.journal import Journal
from bots.store.requests import Request
from bots.studio import Ticket
from engine.jobs.errors import JobsError, QueueUnavailable
from engine.jobs.job import JobId
from engine.jobs.logs import bound
from engine.jobs.progress import ProgressFeed

log = logging.getLogger(__name__)

_OURS = (BotsError, JobsError)
_MOST_DOUBLINGS = 10
_HAND_OVER_S = 1.0


class Delivery:
    """Shows one bot's requests in its chats.

    Each of the bot's processes has one: any of them opens and closes messages, the one that has
    the watch shows what happens.
    """

    def __init__(
        self,
        *,
        bot: str,
        showing: Showing,
        journal: Journal,
        outcomes: Outcomes,
        feed: ProgressFeed,
        watch: Watch,
        pace: Pace = USUAL_PACE,
    ) -> None:
        self._bot = bot
        self._showing = showing
        self._journal = journal
        self._outcomes = outcomes
        self._feed = feed
        self._watch = watch
        self._pace = pace
        self._on_watch = False
        self._tasks: asyncio.TaskGroup | None = None
        self._memories: defaultdict[JobId, Memory] = defaultdict(Memory)

    async def open(self, ticket: Ticket) -> Placeholder:
        """Post the message that will become the clip; the same ticket again gives the same one.

        Raises:
            ChatBusy, ChatForbidden, ChatUnavailable: it could not be posted; progress or the
                outcome will come as a new message, if that is possible by then.
            Overtaken: the request is deleted or over.
        """
        memory = self._memories[ticket.job]
        async with memory.lock:
            request = await self._journalled(ticket.job)
            try:
                return await self._showing.open(request, memory)
            except ChatBusy as busy:
                memory.turned_away = True
                self._put_off(ticket.job, memory, busy)
                raise

    async def reopen(self, job: JobId) -> Placeholder:
        """Show a request in a new message, because its answers go elsewhere now.

        The one before is removed. If it has ended, its end is shown at once, or as soon as that
        can be done.

        Raises:
            ChatBusy, ChatForbidden, ChatUnavailable: none could be posted; all is as it was.
            Overtaken: the request is deleted or over, or was just moved to another message.
        """
        memory = self._memories[job]
        async with memory.lock:
            return await self._showing.reopen(await self._journalled(job), memory)

    async def close(self, job: JobId) -> None:
        """Take a deleted request's message away, and show nothing of it any more.

        If the platform has no time for it now, `run` sees to it later.
        """
        memory = self._memories[job]
        async with memory.lock:
            request = await self._journal.get(job)
            if request is not None:
                try:
                    await self._showing.withdraw(request, memory)
                except (ChatBusy, ChatUnavailable) as error:
                    log.info("the message of %s is taken away later: %s", job, error)

    async def _journalled(self, job: JobId) -> Request:
        request = await self._journal.get(job)
        if request is None:
            raise LookupError(f"{job} is not in the journal")
        return request

    async def run(self) -> None:
        """Show what happens to the bot's requests, until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                tasks.create_task(self._follow_progress())
                tasks.create_task(self._take_outcomes(tasks))
                while True:
                    await self._look_around(tasks)
        finally:
            self._tasks = None
            await self._hand_over()

    async def _hand_over(self) -> None:
        try:
            async with asyncio.timeout(_HAND_OVER_S):
                await self._watch.hand_over()
        except (TimeoutError, QueueUnavailable) as error:
            log.info("the watch could not be handed over: %s", error)

    async def _follow_progress(self) -> None:
        async for progress in self._feed.listen():
            if progress.job in self._memories:
                self._memories[progress.job].progress = progress

    async def _take_outcomes(self, tasks: asyncio.TaskGroup) -> None:
        """Have outcomes shown as soon as they are in the journal."""
        while True:
            if not self._on_watch:
                await asyncio.sleep(self._pace.pulse_s)
                continue
            try:
                for news in await self._outcomes.take():
                    tasks.create_task(self._look_after(self._note(news)))
            except _OURS as error:
                log.warning("outcomes have to wait: %s", error)
                self._seek_first_looks()  # some may have been heard of, and are not said again
                await asyncio.sleep(self._pace.pulse_s)

    def _seek_first_looks(self) -> None:
        """Look once more for first looks that others may have heard of."""
        for memory in self._memories.values():
            memory.sought = False

    def _note(self, news: News) -> JobId:
        """Remember a first look; the job to be looked after."""
        if news.first_look is not None:
            self._memories[news.job].first_look = news.first_look
        return news.job

    async def _look_around(self, tasks: asyncio.TaskGroup) -> None:
        """Begin a look at each job that is due, one after the other over the length of a pulse.

        All at once they would hold up whatever else people want.
        """
        due, loop = await self._find_due(), asyncio.get_running_loop()
        step_s, begin = self._pace.pulse_s / (len(due) + 1), loop.time()
        for number, job in enumerate(due, start=1):
            tasks.create_task(self._look_after(job))
            await asyncio.sleep(begin + number * step_s - loop.time())
        await asyncio.sleep(begin + self._pace.pulse_s - loop.time())

    async def _find_due(self) -> Sequence[JobId]:
        had_the_watch = self._on_watch
        self._on_watch = await self._watch.keep(timedelta(seconds=self._pace.watch_s))
        if not had_the_watch:
            self._seek_first_looks()
        try:
            jobs = await self._journal.undelivered(self._bot)
        except StoreUnavailable as error:
            log.warning("nothing can be shown for now: %s", error)
            return ()
        self._forget_all_but(jobs)
        return self._due(jobs) if self._on_watch else ()

    def _forget_all_but(self, jobs: Collection[JobId]) -> None:
        for job in self._memories.keys() - jobs:
            if not self._memories[job].lock.locked():
                del self._memories[job]

    def _due(self, jobs: Collection[JobId]) -> list[JobId]:
        """Pick what to look at now, what was looked at longest ago first."""
        now_s = asyncio.get_running_loop().time()

        def is_due(job: JobId) -> bool:
            memory = self._memories[job]
            return memory.not_before <= now_s and not memory.lock.locked()

        return nsmallest(
            self._pace.most_looks,
            filter(is_due, jobs),
            key=lambda job: self._memories[job].looked_at,
        )

    async def _look_after(self, job: JobId) -> None:
        """Bring one job's message up to date; what fails now is tried again later."""
        memory = self._memories[job]
        with bound(job=job):
            async with memory.lock:
                memory.looked_at = asyncio.get_running_loop().time()
                try:
                    await self._look_at(await self._journal.get(job), memory)
                except _OURS as error:
                    self._put_off(job, memory, error)
                except Exception:
                    log.exception("the message of %s cannot be brought up to date", job)
                    self._put_off(job, memory, None)

    async def _look_at(self, request: Request | None, memory: Memory) -> None:
        if request is not None:
            await self._showing.look_after(request, memory)
        memory.failures = 0

    def _put_off(self, job: JobId, memory: Memory, error: Exception | None) -> None:
        if isinstance(error, ChatBusy):
            wait_s = min(error.retry_after_s, self._pace.longest_wait_s)
            if self._tasks is not None:
                self._tasks.create_task(self._take_turn(job, wait_s))
        else:
            wait_s = self._backing_off(memory)
        memory.not_before = asyncio.get_running_loop().time() + wait_s
        log.info("%s is tried again in %.0f s: %s", job, wait_s, error)

    async def _take_turn(self, job: JobId, wait_s: float) -> None:
        """Be there when the turn has come: until the next pulse it would be lost to others."""
        await asyncio.sleep(wait_s)
        memory = self._memories.get(job)
        if self._on_watch and memory is not None and not memory.lock.locked():
            await self._look_after(job)

    def _backing_off(self, memory: Memory) -> float:
        """Wait longer each time."""
        pace = self._pace
        doubled_s = pace.pulse_s * 2 ** min(memory.failures, _MOST_DOUBLINGS)
        memory.failures += 1
        return min(doubled_s, pace.longest_doubt_s if memory.in_doubt else pace.longest_wait_s)
