"""Requests that the queue knows nothing of, or that ended there unheard: the journal is right.

A queue server that fails over may forget its last second, so what is journalled is queued again by
its id, unless a stored clip says that it was made. Every step may be repeated, by several at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from bots.clock import Clock, utc_now
from bots.handover import hand_over
from bots.store.journal import Journal
from engine.jobs.errors import Refused
from engine.jobs.first_look import first_look_id
from engine.jobs.job import TERMINAL, Cancelled, Declined, Failed, Job, JobId, JobState, Outcome
from engine.jobs.media.store import MediaStore
from engine.jobs.note import read_outcome
from engine.jobs.order import Caps
from engine.jobs.outbox import Outbox
from engine.jobs.queue import JobQueue

log = logging.getLogger(__name__)

_UNDER_WAY = timedelta(seconds=10)
"""How long a request may be between its journal row and the queue."""
_ANOTHER_VERSION = timedelta(hours=24)
"""How long a request that cannot be read is left to processes of the version that wrote it."""
_NO_CAP = 10**9
_PAGE = 500


class Replay:
    """Brings the queue and the journal back into step, for all bots that share a database."""

    def __init__(
        self,
        *,
        journal: Journal,
        queue: JobQueue,
        outbox: Callable[[str], Outbox],
        media: MediaStore,
        caps: Caps,
        now: Clock = utc_now,
    ) -> None:
        self._journal = journal
        self._queue = queue
        self._outbox = outbox
        self._media = media
        # They were taken when it was new: what is accepted is never refused for being too much.
        self._caps = replace(caps, person_waiting=_NO_CAP, place_waiting=_NO_CAP)
        self._now = now

    async def mend(self) -> None:
        """Queue again what the queue has lost, and conclude what ended unheard."""
        bots = await self._journal.unfinished(self._now() - _UNDER_WAY)
        jobs, ended = list(bots), list[JobId]()
        for some in (jobs[i : i + _PAGE] for i in range(0, len(jobs), _PAGE)):
            for job, state in zip(some, await self._queue.states(some), strict=True):
                if state is None:
                    await self._find(job)
                elif state in TERMINAL:
                    ended.append(job)
        await self._conclude_unheard({job: bots[job] for job in ended})

    async def _find(self, job: JobId) -> None:
        """Look for what the queue has lost: its clip, or else what to make again."""
        request = await self._journal.get(job)
        if request is None or request.state in TERMINAL:
            return
        if request.erased:
            await self._end(job, Cancelled(), counted=False)
            return
        made = await read_outcome(job, self._media)
        if made is not None:
            await self._end(job, made)
        elif request.job is not None and request.job.variants:
            await self._enqueue(request.job)
        elif request.created < self._now() - _ANOTHER_VERSION:
            log.error("%s is lost: what was asked for cannot be read", job)
            await self._end(job, Failed(error="what was asked for cannot be read"))

    async def _enqueue(self, job: Job) -> None:
        try:
            await hand_over(job, self._caps, journal=self._journal, queue=self._queue)
        except Refused as refused:
            log.warning("%s cannot be queued again: %s", job.id, refused)
            await self._end(job.id, Declined(refusal=refused.refusal))
            return
        log.warning("%s was unknown to the queue and is queued again", job.id)

    async def _conclude_unheard(self, ended: Mapping[JobId, str]) -> None:
        """Conclude jobs that ended, each of a bot, and whose outcomes are not in the outbox.

        Outcomes are journalled before they leave the outbox, so what neither has is lost.
        """
        coming = {bot: await self._outbox(bot).jobs() for bot in set(ended.values())}
        for job, bot in ended.items():
            if job not in coming[bot]:
                await self._conclude(job)

    async def _conclude(self, job: JobId) -> None:
        """Take a job's outcome from what is left of it."""
        state = await self._queue.state(job)
        if state not in TERMINAL:
            return
        outcome: Outcome = Failed(error="its outcome was lost")
        if state is JobState.CANCELLED:
            outcome = Cancelled()
        elif state is JobState.SUCCEEDED:
            outcome = await read_outcome(job, self._media) or outcome
        if await self._end(job, outcome):
            log.error("the outcome of %s was lost; it counts as %s", job, outcome.kind)
        await self._queue.forget(job)

    async def _end(self, job: JobId, outcome: Outcome, *, counted: bool | None = None) -> bool:
        """Conclude a request, whose first look nobody needs any more; whether this did it."""
        is_first = await self._journal.conclude(job, outcome, self._now(), counted=counted)
        await self._queue.cancel(first_look_id(job))
        return is_first
