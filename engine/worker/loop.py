"""The worker's loop: claim, have the clip made, report; drain when told to stop."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta

from engine.errors import EngineError, MakerStuck, Stopped
from engine.jobs.errors import MediaUnavailable, QueueUnavailable, Refused
from engine.jobs.job import Cancelled, Declined, Outcome, WorkerId
from engine.jobs.logs import bound
from engine.jobs.queue import Claim, JobQueue
from engine.jobs.survey import WorkerState
from engine.worker.bench import USUAL_PATIENCE, Bench, Patience
from engine.worker.hold import Hold, Stop
from engine.worker.making import Making

WAIT = timedelta(seconds=2)  # longest pause between looks at an empty queue
RETRY_S = 1.0  # pause before asking an unreachable queue again

log = logging.getLogger(__name__)


class Worker:
    """Makes one clip at a time until stopped; one that is filmed is finished beside the next.

    `batch` is how many jobs it claims at once, when they could be made together.
    """

    def __init__(
        self,
        worker: WorkerId,
        bench: Bench,
        *,
        patience: Patience = USUAL_PATIENCE,
        batch: int = 1,
    ) -> None:
        self.id = worker
        self._bench = bench
        self._patience = patience
        self._batch = batch
        self._making = Making(bench, patience)
        self._stopping = asyncio.Event()
        self._lost_thread: MakerStuck | None = None
        self._at_work = 0
        self._seeing: set[asyncio.Task[None]] = set()
        self._finishing: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Claim nothing more; finish the clip at hand, or hand it back when that takes long."""
        self._bench.metrics.is_now(WorkerState.DRAINING)
        self._stopping.set()

    async def run(self) -> None:
        """Work until stopped.

        Raises:
            MakerStuck: a clip could not be ended; its thread goes on until the process ends.
        """
        try:
            await self._work_on()
        finally:
            for seeing in self._seeing:
                seeing.cancel()
        await self._making.close()
        if self._lost_thread is not None:
            raise self._lost_thread

    async def _work_on(self) -> None:
        nonce, look = uuid.uuid4().hex, self._look
        while not self._stopping.is_set():
            try:
                claims = await look(nonce)
            except QueueUnavailable:
                # The same nonce again: if only the answer was lost, it is the same lease.
                await self._pause(RETRY_S)
                continue
            nonce = uuid.uuid4().hex
            look = self._look if claims else self._look_when_rung
            await self._work(claims)
        await self._finish_before()

    async def _look(self, nonce: str) -> Sequence[Claim]:
        bench = self._bench
        return await bench.queue.claim_batch(self.id, bench.able, nonce=nonce, at_most=self._batch)

    async def _look_when_rung(self, nonce: str) -> Sequence[Claim]:
        """Claim once there may be something; when stopping at once, to hand it back."""
        bench = self._bench
        looking = asyncio.ensure_future(
            bench.queue.claim_when_rung(
                self.id, bench.able, nonce=nonce, at_most=self._batch, wait=WAIT
            )
        )
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({looking, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not looking.done():
                with suppress(QueueUnavailable):
                    await bench.queue.ring(self.id)
            return await looking
        finally:
            looking.cancel()
            stopping.cancel()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _work(self, claims: Sequence[Claim]) -> None:
        """Have jobs filmed one after the other; all are held from the start."""
        holds = [Hold(self._bench.queue, claim) for claim in claims]
        for hold in holds:
            claim = hold.claim
            with bound(
                job=claim.job.id,
                attempt=claim.attempt,
                token=claim.token,
                model=claim.variant.needs,
            ):
                seeing = asyncio.create_task(self._see_through(hold))
            self._seeing.add(seeing)
            seeing.add_done_callback(self._seeing.discard)
            await self._until_shot(seeing, hold)

    async def _until_shot(self, seeing: asyncio.Task[None], hold: Hold) -> None:
        """Wait until a job is done, or so far that it can be finished beside the next one."""
        shot = asyncio.create_task(hold.shot.wait())
        try:
            await asyncio.wait({seeing, shot}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            shot.cancel()
        await self._finish_before(seeing)
        if seeing.done():
            await self._finish_before()

    async def _finish_before(self, then: asyncio.Task[None] | None = None) -> None:
        """Wait for the job that is being finished, before the next one is."""
        before, self._finishing = self._finishing, then
        if before is not None:
            await before

    async def _see_through(self, hold: Hold) -> None:
        log.info("claimed as %s, after %.1f s", hold.claim.why, hold.claim.waited_s)
        draining = asyncio.create_task(self._drain_slowly(hold))
        try:
            ending = await self._ending(hold)
        except EngineError as error:
            log.error("making the clip failed: %s", error)
            ending = _retry(self._bench.queue, hold.claim, str(error))
        except Exception as error:
            log.exception("making the clip failed")
            ending = _retry(self._bench.queue, hold.claim, f"{type(error).__name__}: {error}")
        finally:
            hold.release()
            draining.cancel()
        if ending is not None:
            await self._until_reachable(ending)
        self._making.clear_away(hold)

    async def _drain_slowly(self, hold: Hold) -> None:
        await self._stopping.wait()
        await asyncio.sleep(self._patience.drain_s)
        hold.stop = hold.stop or Stop.DRAINING

    async def _ending(self, hold: Hold) -> Ending | None:
        """See a job through; answers how to tell the queue, None when it must not be told."""
        queue, claim = self._bench.queue, hold.claim
        try:
            if self._stopping.is_set():
                return lambda: queue.hand_back(claim)
            return _finish(queue, claim, await self._outcome(hold))
        except Refused as refused:
            return _finish(queue, claim, Declined(refusal=refused.refusal))
        except MediaUnavailable as error:
            log.warning("the media store is not waited for any longer: %s", error)
            return _stopped(queue, hold)
        except Stopped:
            return _stopped(queue, hold)
        except MakerStuck as stuck:
            self._lost_thread = stuck
            self.stop()
            return _retry(queue, claim, str(stuck))

    async def _outcome(self, hold: Hold) -> Outcome:
        metrics, claim = self._bench.metrics, hold.claim
        metrics.claimed(claim, self._bench.able.switch_s.get(claim.variant.needs, 0.0))
        metrics.is_now(WorkerState.WORKING)
        self._at_work += 1
        try:
            return await self._making.outcome(hold)
        finally:
            self._at_work -= 1
            if not self._at_work and not self._stopping.is_set():
                metrics.is_now(WorkerState.IDLE)

    async def _until_reachable(self, ending: Ending) -> None:
        """Tell the queue how it ended, however long it is away; every ending may be repeated.

        A stopping worker does not wait: its lease ends by itself, and the stored clip is found.
        """
        while True:
            try:
                await ending()
                return
            except QueueUnavailable:
                if self._stopping.is_set():
                    return
                await self._pause(RETRY_S)


Ending = Callable[[], Awaitable[bool]]


def _finish(queue: JobQueue, claim: Claim, outcome: Outcome) -> Ending:
    log.info("%s", outcome.kind)
    return lambda: queue.finish(claim, outcome)


def _retry(queue: JobQueue, claim: Claim, error: str) -> Ending:
    return lambda: queue.retry(claim, error)


def _stopped(queue: JobQueue, hold: Hold) -> Ending | None:
    """Say what is told of a job that was stopped before its end."""
    if hold.stop is Stop.CANCELLED:
        return _finish(queue, hold.claim, Cancelled())
    if hold.stop is Stop.STUCK:
        return _retry(queue, hold.claim, f"no progress for {hold.pace.still_s:.0f} s")
    if hold.stop is Stop.LOST:
        log.warning("the lease was lost, the clip is dropped")
        return None
    return lambda: queue.hand_back(hold.claim)
