"""The worker's loop: claim, make in a thread, store, report; drain when told to stop."""

from __future__ import annotations

import asyncio
import errno
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from engine.effects.catalogue import Effect
from engine.effects.maker import ClipMaker
from engine.errors import Stopped
from engine.jobs.errors import MediaFull, QueueUnavailable, Refused
from engine.jobs.job import Cancelled, Declined, Outcome, WorkerId
from engine.jobs.media import MediaStore
from engine.jobs.queue import Claim, JobQueue
from engine.jobs.receipt import read_receipt
from engine.jobs.refusal import Refusal, RefusalCode
from engine.worker.assignment import read_order, store_clip
from engine.worker.hold import Hold, Stop
from engine.worker.pace import Measured

WAIT = timedelta(seconds=2)  # longest pause between looks at an empty queue
RETRY_S = 1.0  # pause before asking an unreachable queue again

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a worker works with."""

    queue: JobQueue
    media: MediaStore
    maker: ClipMaker
    effects: Mapping[str, Effect]
    measured: Measured


class Worker:
    """Takes one job at a time until stopped."""

    def __init__(self, worker: WorkerId, bench: Bench, *, drain: timedelta) -> None:
        self.id = worker
        self._bench = bench
        self._drain = drain
        self._needs = sorted(
            {variant.needs for effect in bench.effects.values() for variant in effect.variants}
        )
        self._stopping = asyncio.Event()
        # One thread for good: torch and OpenMP keep their buffers per thread.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="maker")

    def stop(self) -> None:
        """Claim nothing more; finish the clip at hand, or hand it back when that takes long."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until stopped."""
        nonce = uuid.uuid4().hex
        while not self._stopping.is_set():
            try:
                claim = await self._bench.queue.claim(self.id, self._needs, nonce=nonce)
            except QueueUnavailable:
                # The same nonce again: if only the answer was lost, it is the same lease.
                await self._pause(RETRY_S)
                continue
            nonce = uuid.uuid4().hex
            if claim is None:
                await self._wait()
            else:
                await self._work(claim)
        self._thread.shutdown()

    async def _wait(self) -> None:
        try:
            await self._unless_stopping(self._bench.queue.wait_for_work(self._needs, WAIT))
        except QueueUnavailable:
            await self._pause(RETRY_S)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _unless_stopping(self, waiting: Awaitable[None]) -> None:
        wait = asyncio.ensure_future(waiting)
        stop = asyncio.ensure_future(self._stopping.wait())
        done, pending = await asyncio.wait({wait, stop}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        if wait in done:
            wait.result()

    async def _work(self, claim: Claim) -> None:
        log.info("job %s: %s, attempt %d", claim.job.id, claim.variant.name, claim.attempt)
        hold = Hold(self._bench.queue, claim)
        beating = asyncio.create_task(hold.keep())
        draining = asyncio.create_task(self._drain_slowly(hold))
        try:
            ending = await self._make(claim, hold)
        except Exception as error:
            log.exception("job %s failed", claim.job.id)
            ending = _retry(self._bench.queue, claim, f"{type(error).__name__}: {error}")
        finally:
            beating.cancel()
            draining.cancel()
        if ending is not None:
            await self._until_reachable(ending)

    async def _drain_slowly(self, hold: Hold) -> None:
        await self._stopping.wait()
        await asyncio.sleep(self._drain.total_seconds())
        hold.stop = Stop.DRAINING

    async def _make(self, claim: Claim, hold: Hold) -> Ending | None:
        """Make the clip; answers how to tell the queue, None when it must not be told."""
        queue = self._bench.queue
        try:
            return _finish(queue, claim, await self._outcome(claim, hold))
        except Refused as refused:
            return _finish(queue, claim, Declined(refusal=refused.refusal))
        except Stopped:
            if hold.stop is Stop.CANCELLED:
                return _finish(queue, claim, Cancelled())
            if hold.stop is Stop.DRAINING:
                return lambda: queue.hand_back(claim)
            log.warning("job %s: the lease was lost, its clip is dropped", claim.job.id)
            return None

    async def _outcome(self, claim: Claim, hold: Hold) -> Outcome:
        bench, job = self._bench, claim.job
        done = await read_receipt(job.id, bench.media)
        if done is not None:
            return done
        order = await read_order(job, claim.variant, bench.effects, bench.media)
        loop = asyncio.get_running_loop()
        try:
            made = await loop.run_in_executor(self._thread, bench.maker.make, order, hold.report)
            took = hold.pace.elapsed_s
            bench.measured.add(claim.variant.needs, took)
            return await store_clip(job, claim.variant, made, took, bench.media)
        except (MediaFull, OSError) as error:
            if isinstance(error, OSError) and error.errno != errno.ENOSPC:
                raise
            raise Refused(Refusal(RefusalCode.DISK_FULL)) from error

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
    log.info("job %s: %s", claim.job.id, outcome.kind)
    return lambda: queue.finish(claim, outcome)


def _retry(queue: JobQueue, claim: Claim, error: str) -> Ending:
    return lambda: queue.retry(claim, error)
