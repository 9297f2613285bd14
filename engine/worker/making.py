"""One claimed job on its way to an outcome: photo out of the store, clip made, clip stored."""

from __future__ import annotations

import asyncio
import contextvars
import errno
import logging
import math
import time
from collections.abc import Awaitable, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TypeVar

import torch

from engine.effects.maker import Made
from engine.effects.order import Order
from engine.effects.variants import MODEL
from engine.errors import CannotFilm, MakerStuck, OutOfMemory, WeightsMissing
from engine.jobs.errors import MediaFull, MediaUnavailable, Refused
from engine.jobs.job import Outcome, Variant
from engine.jobs.planning.costs import CostKey
from engine.jobs.queue import Claim
from engine.jobs.receipt import read_receipt
from engine.jobs.refusal import Refusal, RefusalCode
from engine.jobs.survey import WorkerState, most_still_s
from engine.worker.assignment import read_order, store_clip
from engine.worker.bench import Bench, Patience
from engine.worker.hold import Hold, Stop

MEDIA_PAUSE_S = 1.0
WATCH_S = 1.0

T = TypeVar("T")

log = logging.getLogger(__name__)


class Making:
    """Makes the clips of one worker, in a thread that stays the same."""

    def __init__(self, bench: Bench, patience: Patience) -> None:
        self._bench = bench
        self._patience = patience
        # One thread for good: torch and OpenMP keep their buffers per thread.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="maker")

    def close(self) -> None:
        """Let the thread go, as soon as it has nothing to do."""
        self._thread.shutdown(wait=False)

    async def outcome(self, hold: Hold) -> Outcome:
        """Make and store a claimed job's clip, unless an earlier attempt has.

        Raises:
            Refused: the photo, the options or the clip cannot be accepted, or there is no room.
            Stopped: `hold.stop` says why.
            MediaUnavailable: the store has been away for too long, or until we had to stop.
            OutOfMemory: on this device.
            MakerStuck: the thread is lost, and the process should end.
        """
        bench, job, variant = self._bench, hold.claim.job, hold.claim.variant
        patience_s = self._patience.media_s
        done = await _with_media(hold, patience_s, lambda: read_receipt(job.id, bench.media))
        if done is not None:
            return done
        order = await _with_media(
            hold, patience_s, lambda: read_order(job, variant, bench.effects, bench.media)
        )
        with _no_room_as_refused():
            made, variant = await self._made_somehow(order, hold)
            took_s = hold.pace.elapsed_s
            self._remember(hold.claim, variant, took_s)
            return await _with_media(
                hold, math.inf, lambda: store_clip(job, variant, made, took_s, bench.media)
            )

    async def _made_somehow(self, order: Order, hold: Hold) -> tuple[Made, Variant]:
        """Make a clip as it was claimed, or by a look where a model turns out not to do."""
        variant = hold.claim.variant
        try:
            return await self._made(order, hold), variant
        except (CannotFilm, OutOfMemory, WeightsMissing) as error:
            stand_in = self._stand_in(hold.claim)
            if stand_in is None:
                raise
            log.warning("made by %s instead of %s: %s", stand_in.name, variant.name, error)
        simpler = replace(order, variant=order.effect.variant(stand_in.name))
        return await self._made(simpler, hold), stand_in

    def _stand_in(self, claim: Claim) -> Variant | None:
        """Find a look for a job that was to be made by a model."""
        if not claim.variant.needs.startswith(MODEL):
            return None
        looks = self._bench.ability.switch_s
        return next((it for it in claim.job.variants if it.needs in looks), None)

    async def _made(self, order: Order, hold: Hold) -> Made:
        """Make a clip in the thread, and give it up when it stands still."""
        hold.pace.begin()
        make = partial(self._bench.maker.make, order, hold.report)
        loop = asyncio.get_running_loop()
        making = loop.run_in_executor(self._thread, contextvars.copy_context().run, make)
        watching = asyncio.create_task(self._watch(hold))
        try:
            await asyncio.wait((making, watching), return_when=asyncio.FIRST_COMPLETED)
            if not making.done():
                await self._give_up(making, hold)
            return await making
        except (MemoryError, RuntimeError) as error:
            if not _is_out_of_memory(error):
                raise
            raise OutOfMemory(self._bench.ability.device, str(error)) from error
        finally:
            watching.cancel()

    async def _watch(self, hold: Hold) -> None:
        """Return when there has been no progress for too long; say so when half of it is over."""
        limit_s = most_still_s(self._patience.stuck_s, hold.claim.variant.cost_s)
        stuck = False
        while (still_s := hold.pace.still_s) < 2 * limit_s:
            if stuck != (still_s >= limit_s):
                stuck = not stuck
                self._bench.metrics.is_now(WorkerState.STUCK if stuck else WorkerState.WORKING)
                if stuck:
                    log.error("no progress for %.0f s, in %s", still_s, hold.pace.progress.stage)
            await asyncio.sleep(WATCH_S)

    async def _give_up(self, making: asyncio.Future[Made], hold: Hold) -> None:
        """Stop a maker that may not be able to heed it any more."""
        self._bench.metrics.is_now(WorkerState.STUCK)
        log.error("given up after no progress for %.0f s", hold.pace.still_s)
        hold.stop = hold.stop or Stop.STUCK
        await asyncio.wait((making,), timeout=self._patience.stop_s)
        if not making.done():
            making.add_done_callback(_let_go)
            raise MakerStuck(hold.pace.still_s)

    def _remember(self, claim: Claim, variant: Variant, took_s: float) -> None:
        bench = self._bench
        key = CostKey(variant.needs, bench.ability.device, claim.job.format.size, variant.frames)
        bench.measured.add(str(key), took_s)
        bench.metrics.made(claim, took_s)


async def _with_media(hold: Hold, patience_s: float, act: Callable[[], Awaitable[T]]) -> T:
    """Wait with the claim while the store is away: without it no job can be done."""
    until = time.monotonic() + patience_s
    while True:
        try:
            return await act()
        except MediaUnavailable as error:
            if hold.stop is not None or time.monotonic() > until:
                raise
            log.warning("the media store is waited for: %s", error)
            await asyncio.sleep(MEDIA_PAUSE_S)


@contextmanager
def _no_room_as_refused() -> Generator[None]:
    try:
        yield
    except (MediaFull, OSError) as error:
        if isinstance(error, OSError) and error.errno != errno.ENOSPC:
            raise
        raise Refused(Refusal(RefusalCode.DISK_FULL)) from error


def _let_go(making: asyncio.Future[Made]) -> None:
    """Look at what nobody waits for any more, or asyncio complains of it."""
    if not making.cancelled():
        making.exception()


def _is_out_of_memory(error: MemoryError | RuntimeError) -> bool:
    """Know it by its kind, or by what torch says for want of one on the CPU."""
    known = isinstance(error, MemoryError | torch.OutOfMemoryError)
    return known or "DefaultCPUAllocator" in str(error)
