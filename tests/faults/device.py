"""A device that makes no clip but takes its time, lacks memory, or brings its process down."""

from __future__ import annotations

import os
import time

import torch

from engine.effects.clock import Timings
from engine.effects.maker import Made
from engine.effects.order import Order, Report, unwatched
from engine.errors import Stopped
from engine.jobs.receipt import Receipt
from engine.pipelines.preview import Show
from tests.faults.work import Kind, Record, Step, Work

_STEP_S = 0.02


class FakeDevice:
    """Stands where the clip maker of a worker does."""

    def __init__(self, worker: str, record: Record) -> None:
        self._worker = worker
        self._record = record

    def make(
        self,
        order: Order,
        report: Report = unwatched,
        show: Show | None = None,
    ) -> Made:
        """Do what the order's seed says.

        Raises:
            Stopped: `report` said so.
            OutOfMemoryError: as torch says it.
        """
        return self.finish(self.shoot(order, report, show), report)

    def shoot(
        self,
        order: Order,
        report: Report = unwatched,
        show: Show | None = None,
    ) -> Order:
        """Do the first half of it.

        Raises:
            Stopped: `report` said so.
            OutOfMemoryError: as torch says it.
        """
        work = Work.of(order.seed)
        first = all(step.ask != work.ask for step in self._record.steps())
        self._note("begins", work)
        if work.kind is Kind.POISON:
            os._exit(1)
        if work.kind is Kind.TOO_LARGE_ONCE and first:
            raise torch.OutOfMemoryError("CUDA out of memory")
        _take_half_its_time(work, report)
        return order

    def finish(self, order: Order, report: Report = unwatched) -> Made:
        """Do the second half.

        Raises:
            Stopped: `report` said so.
        """
        work = Work.of(order.seed)
        _take_half_its_time(work, report)
        self._note("ends", work)
        return Made(
            mp4=b"a clip",
            poster=b"a poster",
            width=128,
            height=128,
            seconds=4.0,
            timings=Timings(prepare_s=0.0, render_s=work.ms / 1000, encode_s=0.0, safety_s=0.0),
            receipt=_receipt(order),
        )

    def _note(self, verb: str, work: Work) -> None:
        self._record.note(Step(self._worker, verb, work.ask))


def _receipt(order: Order) -> Receipt:
    return Receipt(
        effect=order.effect.id,
        effect_version=order.effect.version,
        variant=order.variant.name,
        seed=order.seed,
        params=order.params,
        prompt=order.prompt,
        format=order.format,
        photos=tuple(order.sources),
        width=128,
        height=128,
        frames=96,
        fps=24,
    )


def _take_half_its_time(work: Work, report: Report) -> None:
    begun = time.monotonic()
    while (gone_ms := (time.monotonic() - begun) * 1000) < work.ms / 2:
        if not report("rendering", gone_ms / work.ms):
            raise Stopped
        time.sleep(_STEP_S)
