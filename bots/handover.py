"""A journalled job goes into the queue, unless it was stopped on the way, and is called off there.

Its first look goes just before it, so that a lone worker makes that first.
"""

from __future__ import annotations

from contextlib import suppress

from bots.store.journal import Journal
from engine.jobs.errors import Refused
from engine.jobs.first_look import first_look, first_look_id
from engine.jobs.job import TERMINAL, Job, JobId, JobState
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
        await call_off(job.id, job, queue)


async def hand_over_new(job: Job, caps: Caps, *, journal: Journal, queue: JobQueue) -> None:
    """Queue a job that has just been journalled, and its first look, if that is taken.

    Raises:
        Refused: as above; no first look is left behind.
        QueueUnavailable: as above.
    """
    quick = first_look(job)
    if quick is not None:
        with suppress(Refused):
            await queue.enqueue(quick, caps=caps)
    try:
        await hand_over(job, caps, journal=journal, queue=queue)
    except Refused:
        await call_off_first_look(job, queue)
        raise


async def call_off(job: JobId, what: Job | None, queue: JobQueue) -> JobState | None:
    """Cancel a job and its first look; the state the job is in then, if it is known.

    Raises:
        QueueUnavailable: either may be cancelled or not.
    """
    state = await queue.cancel(job)
    await call_off_first_look(what, queue)
    return state


async def call_off_first_look(final: Job | None, queue: JobQueue) -> None:
    """Cancel the first look at a job, if there can be one.

    Raises:
        QueueUnavailable: it may be cancelled or not.
    """
    if final is not None and first_look(final) is not None:
        await queue.cancel(first_look_id(final.id))
