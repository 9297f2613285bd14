"""A journalled job goes into the queue, unless it was stopped on the way."""

from __future__ import annotations

from bots.store.journal import Journal
from engine.jobs.job import TERMINAL, Job
from engine.jobs.order import Caps
from engine.jobs.queue import JobQueue


async def hand_over(job: Job, caps: Caps, *, journal: Journal, queue: JobQueue) -> None:
    """Queue a job that is in the journal; whoever stopped it before it was there is heard now.

    Raises:
        Refused: a cap is reached, or the job is too large.
        QueueUnavailable: it may be in the queue or not.
    """
    await queue.enqueue(job, caps=caps)
    request = await journal.get(job.id)
    if request is None or request.state in TERMINAL:
        await queue.cancel(job.id)
