"""One claimed job on its way to an outcome: photo out of the store, clip made, clip stored."""

from __future__ import annotations

import asyncio
import errno
import logging
import math
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import torch

from engine.effects.maker import Made
from engine.effects.order import Order
from engine.effects.variants import LookVariant
from engine.errors import CannotFilm, LoraInvalid, MakerStuck, OutOfMemory, WeightsMissing
from engine.jobs.errors import MediaFull, MediaUnavailable, Refused
from engine.jobs.job import Outcome, Variant
from engine.jobs.note import read_outcome
from engine.jobs.planning.costs import CostKey
from engine.jobs.queue import Claim
from engine.jobs.refusal import Refusal, RefusalCode
from engine.jobs.survey import WorkerState, most_still_s
from engine.worker.ability import is_cpu
from engine.worker.assignment import read_order, store_clip
from engine.worker.bench import Bench, Patience
from engine.worker.hold import Hold, Stop
from engine.worker.live import Live
from engine.worker.station import Station

MEDIA_PAUSE_S = 1.0
WATCH_S = 1.0
_CLEARING_S = 5.0

T = TypeVar("T")

log = logging.getLogger(__name__)


class Making:
    """Makes the clips of one worker: films in one thread, and what can wait in another."""

    def __init__(self, bench: Bench, patience: Patience) -> None:
        self._bench = bench
        self._patience = patience
        self._filming, self._finishing = Station("maker"), Station("finisher")
        self._clearing: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Let the threads go, as soon as they have nothing to do."""
        self._filming.close()
        self._finishing.close()
        if self._clearing:
            await asyncio.wait(self._clearing, timeout=_CLEARING_S)

    def clear_away(self, hold: Hold) -> None:
        """Have what was shown of a clip under way taken away; nobody waits for it."""
        if hold.live is not None:
            clearing = asyncio.create_task(hold.live.end())
            self._clearing.add(clearing)
            clearing.add_done_callback(self._clearing.discard)

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
        done = await _with_media(hold, patience_s, lambda: read_outcome(job.id, bench.media))
        if done is not None:
            return done
        order = await _with_media(
            hold, patience_s, lambda: read_order(job, variant, bench.effects, bench.media)
        )
        hold.live = Live(hold.claim, bench.maker, bench.media)
        with _no_room_as_refused():
            return await self._clip_somehow(order, hold)

    async def _clip_somehow(self, order: Order, hold: Hold) -> Outcome:
        """Make a clip as it was claimed, or by a look where a model turns out not to do."""
        way = order.variant
        variant = replace(hold.claim.variant, name=way.name, needs=way.needs)
        try:
            return await self._clip(order, variant, hold)
        except (CannotFilm, LoraInvalid, OutOfMemory, WeightsMissing) as error:
            stand_in = self._stand_in(order, hold.claim)
            if stand_in is None:
                raise
            variant, look = stand_in
            log.warning("made by %s instead of %s: %s", look.name, way.name, error)
        return await self._clip(replace(order, variant=look), variant, hold)

    async def _clip(self, order: Order, variant: Variant, hold: Hold) -> Outcome:
        """Make and store a clip, the next one beside the end of it where that can be.

        At most one clip is finished at a time, so that no more than two films are in memory.
        """
        maker, show = self._bench.maker, hold.live.show if hold.live else None
        hold.pace.begin()
        if self._is_made_alone(order, hold.claim):
            async with self._finishing.taken(hold), self._filming.taken(hold):
                make = partial(maker.make, order, hold.report, show)
                made = await self._done(make, self._filming, hold)
                return await self._stored(made, variant, hold)
        async with self._filming.taken(hold):
            shoot = partial(maker.shoot, order, hold.report, show)
            film = await self._done(shoot, self._filming, hold)
        async with self._finishing.taken(hold):
            hold.shot.set()
            finish = partial(maker.finish, film, hold.report)
            made = await self._done(finish, self._finishing, hold)
            return await self._stored(made, variant, hold)

    def _is_made_alone(self, order: Order, claim: Claim) -> bool:
        """Tell whether nothing is to be finished beside a clip, from its start to its end.

        What takes the processor anyway has it to itself; and what may have brought its worker down
        before brings down no other clip for a second time.
        """
        is_drawn = isinstance(order.variant, LookVariant)
        return is_drawn or is_cpu(self._bench.ability.device) or claim.attempt > 1

    async def _stored(self, made: Made, variant: Variant, hold: Hold) -> Outcome:
        job, media, took_s = hold.claim.job, self._bench.media, hold.pace.elapsed_s
        self._remember(hold.claim, variant, took_s)
        return await _with_media(
            hold, math.inf, lambda: store_clip(job, variant, made, took_s, media)
        )

    def _stand_in(self, order: Order, claim: Claim) -> tuple[Variant, LookVariant] | None:
        """Find a look for a job that was to be made by a model."""
        if isinstance(order.variant, LookVariant):
            return None
        looks = {each.needs: each for each in order.effect.looks}
        known = ((it, looks[it.needs]) for it in claim.job.variants if it.needs in looks)
        return next(known, None)

    async def _done(self, act: Callable[[], T], station: Station, hold: Hold) -> T:
        """Have something done by a thread, and give it up when it stands still."""
        making = station.begin(act)
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
            if still_s >= limit_s:
                if not stuck:
                    log.error("no progress for %.0f s, in %s", still_s, hold.pace.progress.stage)
                # again and again: another clip's progress says that the worker is working
                self._bench.metrics.is_now(WorkerState.STUCK)
            elif stuck:
                self._bench.metrics.is_now(WorkerState.WORKING)
            stuck = still_s >= limit_s
            await asyncio.sleep(WATCH_S)

    async def _give_up(self, making: asyncio.Future[T], hold: Hold) -> None:
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


def _let_go(making: asyncio.Future[Any]) -> None:
    """Look at what nobody waits for any more, or asyncio complains of it."""
    if not making.cancelled():
        making.exception()


def _is_out_of_memory(error: MemoryError | RuntimeError) -> bool:
    """Know it by its kind, or by what torch says for want of one on the CPU."""
    known = isinstance(error, MemoryError | torch.OutOfMemoryError)
    return known or "DefaultCPUAllocator" in str(error)
