"""`zoetrope bench gpu`: how fast generative models film here, with each way of making them faster.

They are of full size with random weights, so that nothing has to be fetched. Without a GPU the same
is done with tiny ones, which shows that it works and nothing about speed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from deploy.bench_subjects import Subject, clear, room_for, subjects
from deploy.bench_worker import through_a_worker
from deploy.errors import CommandFailed
from deploy.tables import table
from engine.errors import NotHere
from engine.pipelines import floor
from engine.pipelines.loaded import Loaded
from engine.pipelines.loras.lora import Lora, Slots
from engine.pipelines.loras.random_lora import write_random
from engine.pipelines.speed.caches import MagCache, StepCache
from engine.pipelines.speed.decoder import slow_convolutions
from engine.pipelines.speed.guidance import GuidanceInterval
from engine.pipelines.speed.stopwatch import Timed, decibels, timed
from engine.pipelines.speed.switch import Switch
from engine.pipelines.speed.tuning import exact, lossy, tune
from engine.pipelines.take import Take

OUT = Path("build/bench-gpu.json")
PLAIN = "diffusers"
TOGETHER = "all exact"
_LORA_RANK = 32
_TRIED_STEPS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One model on one path; without `seconds` it could not be, and `note` says why.

    Attributes:
        seconds: for a clip, but for paths that name something else; see `timing`.
        floor_s: for a clip at the speed of one large multiplication, measured before.
        baseline_s: for a clip with diffusers alone.
        on: what is turned on of everything exact.
        busy: share of the time, 0..1, that the device worked over jobs that were queued.
        timing: "measured", or "extrapolated" from fewer steps.
    """

    model: str
    shape: str
    steps: int
    path: str
    is_lossy: bool = False
    seconds: float | None = None
    step_s: float | None = None
    decode_s: float | None = None
    floor_s: float | None = None
    baseline_s: float | None = None
    tflops: float | None = None
    peak_gb: float | None = None
    latent_db: float | None = None
    pixel_db: float | None = None
    busy: float | None = None
    on: tuple[str, ...] = ()
    timing: str = ""
    note: str = ""
    device: str


def bench_gpu(
    models: Sequence[str] | None,
    say: Callable[[str], None],
    *,
    is_quick: bool = False,
    out: Path = OUT,
) -> None:
    """Time the models, print a table and write it as JSON.

    Raises:
        CommandFailed: there is no model of that name.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = subjects(models, device)
    except KeyError as error:
        raise CommandFailed(f"there is no model {error} of full size") from error
    if device.type == "cpu":
        say(
            "There is no GPU here: this tries every path on tiny models, and says nothing of speed."
        )
    if why := slow_convolutions(device):
        say(why)
    with _one_thread_for_tiny(device):
        rows = _timed(chosen, device, say, out, is_quick=is_quick)
    say(table(_HEAD, [_cells(row) for row in rows]))
    say(f"(written to {out})")


def _timed(
    chosen: Sequence[Subject],
    device: torch.device,
    say: Callable[[str], None],
    out: Path,
    *,
    is_quick: bool,
) -> list[Row]:
    peak = floor.measured_peak(device)
    say(_about(device, peak))
    rows: list[Row] = []
    for subject in chosen:
        for row in _Model(subject, device, peak, is_quick=is_quick).rows():
            rows.append(row)
            say(f"{row.model}: {row.path}{' in few steps' if row.steps == subject.few else ''}")
            out.parent.mkdir(exist_ok=True)
            out.write_text(json.dumps([asdict(each) for each in rows], indent=2) + "\n")
    return rows


@contextmanager
def _one_thread_for_tiny(device: torch.device) -> Iterator[None]:
    """Have tiny networks on a CPU use one thread: they lose more by sharing than they win."""
    before = torch.get_num_threads()
    if device.type == "cpu":
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class _Model:
    """Times one model on all paths."""

    def __init__(
        self, subject: Subject, device: torch.device, peak: float, *, is_quick: bool
    ) -> None:
        self._subject = subject
        self._device = device
        self._is_quick = is_quick
        self._peak = peak
        self._few = replace(subject.take, steps=subject.few, guidance=1.0)
        self._tried_by = replace(self._few, steps=_TRIED_STEPS)
        self._plain: dict[int, float] = {}
        self._on: list[Switch] = []

    def rows(self) -> Iterator[Row]:
        """Go from what changes nothing to what cannot be undone."""
        loaded = self._subject.load(self._device)
        yield from self._alone(loaded)
        yield from self._together(loaded)
        yield from self._with_loras(loaded)
        if not self._is_quick:
            yield from self._moved(loaded)
        del loaded
        yield from self._rounded()
        clear(self._device)
        yield from self._queued()

    def _alone(self, loaded: Loaded) -> Iterator[Row]:
        for take in (self._subject.take, self._few):
            yield self._timed(loaded, take, PLAIN)
        if self._is_quick:
            return
        for switch in exact(self._device, has_loras=False):
            try:
                switch.turn_on(loaded)
            except NotHere as error:
                yield self._row(self._subject.take, switch.name, note=error.reason)
                continue
            yield self._timed(loaded, self._subject.take, switch.name)
            switch.turn_off(loaded)

    def _together(self, loaded: Loaded) -> Iterator[Row]:
        take = self._subject.take
        self._tune(loaded)
        yield self._timed(loaded, take, TOGETHER)
        yield self._timed(loaded, self._few, TOGETHER)
        yield from self._lossy(loaded, take)
        self._untune(loaded)

    def _lossy(self, loaded: Loaded, take: Take) -> Iterator[Row]:
        """Compare with the exact path, in as many steps."""
        exacts: dict[bool, Timed] = {}
        for switch in (*lossy(self._device, take.steps), MagCache(take)):
            # they leave more out at some steps than at others
            is_whole = isinstance(switch, StepCache | GuidanceInterval)
            if not switch.is_reversible or (is_whole and self._is_quick):
                continue
            if is_whole not in exacts:
                exacts[is_whole] = timed(loaded, take, self._device, is_whole=is_whole)
            yield from self._compared(loaded, switch, exacts[is_whole], is_whole=is_whole)

    def _compared(
        self, loaded: Loaded, switch: Switch, reference: Timed, *, is_whole: bool
    ) -> Iterator[Row]:
        path = f"{TOGETHER} + {switch.name}"
        take = self._subject.take
        try:
            switch.turn_on(loaded)
        except NotHere as error:
            yield self._row(take, path, is_lossy=True, note=error.reason)
            return
        yield self._timed(loaded, take, path, reference=reference, is_whole=is_whole)
        if switch.is_reversible:
            switch.turn_off(loaded)

    def _rounded(self) -> Iterator[Row]:
        """Time what cannot be undone, each on weights made anew; they are the same ones."""
        clear(self._device)
        reference = timed(self._subject.load(self._device), self._subject.take, self._device)
        for switch in lossy(self._device, self._subject.take.steps):
            if switch.is_reversible:
                continue
            clear(self._device)
            loaded = self._subject.load(self._device)
            try:
                switch.turn_on(loaded)
            except NotHere as error:
                yield self._row(self._subject.take, switch.name, is_lossy=True, note=error.reason)
                continue
            yield self._timed(loaded, self._subject.take, switch.name, reference=reference)
            if self._device.type == "cuda":
                self._tune(loaded)
                path = f"{TOGETHER} + {switch.name}"
                yield self._timed(loaded, self._subject.take, path, reference=reference)
                self._untune(loaded)
            del loaded

    def _with_loras(self, loaded: Loaded) -> Iterator[Row]:
        """Swap a LoRA in where another one was, with everything else on."""
        with TemporaryDirectory() as folder:
            loras = [Lora(path=Path(folder) / f"{name}.safetensors") for name in ("one", "other")]
            for lora in loras:
                write_random(loaded, lora.path, _LORA_RANK)
            slots = Slots(loaded, rank=_LORA_RANK)
            if self._device.type == "cuda":
                self._tune(loaded)
            slots.use(loras[:1])
            yield self._timed(loaded, self._few, "with a LoRA")
            compiled = _graphs()
            with _clock(self._device) as swap:
                slots.use(loras[1:])
            yield self._row(self._few, "LoRA swap", seconds=swap[0], timing="measured")
            loaded.film(self._few)
            if again := _graphs() - compiled:
                yield self._row(self._few, "LoRA swap", note=f"{again} graphs compiled again")
            self._untune(loaded)
            slots.close()

    def _moved(self, loaded: Loaded) -> Iterator[Row]:
        """Time bringing the weights from memory to the device, and from the disk to memory."""
        take = self._subject.take
        loaded.pipeline.to("cpu")
        with _clock(self._device) as move:
            loaded.pipeline.to(self._device)
        yield self._row(take, "to the device", seconds=move[0], timing="measured")
        with TemporaryDirectory() as folder:
            if not room_for(loaded, Path(folder)):
                yield self._row(take, "from the disk", note="it has not enough room")
                return
            loaded.write(Path(folder))
            kind = self._subject.kind
            with _clock(self._device) as read:
                Loaded.read(loaded.family, kind, Path(folder), dtype=torch.bfloat16)
            yield self._row(take, "from the disk", seconds=read[0], timing="measured")

    def _queued(self) -> Iterator[Row]:
        """Time jobs in few steps as a worker does them, and what comes between two of them."""
        for path, found in through_a_worker(self._subject, self._device):
            yield self._row(self._few, path, **found)

    def _tune(self, loaded: Loaded) -> None:
        tried = tune(loaded, self._device, take=self._tried_by)
        self._on = [each.switch for each in tried if each.is_on]

    def _untune(self, loaded: Loaded) -> None:
        for switch in reversed(self._on):
            switch.turn_off(loaded)
        self._on = []

    def _timed(
        self,
        loaded: Loaded,
        take: Take,
        path: str,
        *,
        reference: Timed | None = None,
        is_whole: bool = False,
    ) -> Row:
        """Time a path; what cannot film is a row that says so."""
        is_lossy = reference is not None
        try:
            found = timed(loaded, take, self._device, is_whole=is_whole)
        except Exception as error:
            why = (str(error).splitlines() or [type(error).__name__])[0]
            return self._row(take, path, is_lossy=is_lossy, note=why)
        if path == PLAIN:
            self._plain[take.steps] = found.whole_s
        work = floor.work(loaded, take)
        return self._row(
            take,
            path,
            is_lossy=is_lossy,
            seconds=found.whole_s,
            step_s=found.step_s,
            decode_s=found.decode_s,
            floor_s=work and work.seconds(self._peak),
            baseline_s=self._plain.get(take.steps),
            tflops=work and work.run * work.runs / take.steps / found.step_s / 1e12,
            peak_gb=found.peak_gb,
            latent_db=reference and decibels(reference.latents, found.latents),
            pixel_db=reference and decibels(reference.frames, found.frames),
            on=tuple(switch.name for switch in self._on),
            timing="extrapolated" if found.is_extrapolated else "measured",
        )

    def _row(self, take: Take, path: str, **more: Any) -> Row:
        is_gpu = self._device.type == "cuda"
        device = torch.cuda.get_device_name(self._device) if is_gpu else "cpu (self-test)"
        shape = f"{take.width}x{take.height}x{take.frames}"
        name = self._subject.name
        return Row(model=name, shape=shape, steps=take.steps, path=path, device=device, **more)


def _about(device: torch.device, peak: float) -> str:
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "the CPU"
    listed = floor.peak_flops(name)
    of = f" of the {listed / 1e12:.0f} on its data sheet" if listed else ""
    return f"{name} multiplies at {peak / 1e12:.3g} TFLOP/s{of}."


@contextmanager
def _clock(device: torch.device) -> Iterator[list[float]]:
    """Time the block; the seconds are in the list when it is left."""
    seconds: list[float] = []
    begun = time.perf_counter()
    yield seconds
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    seconds.append(time.perf_counter() - begun)


def _graphs() -> int:
    """Say how many graphs have been compiled."""
    return torch._dynamo.utils.counters["stats"]["unique_graphs"]


_HEAD = (
    "model",
    "shape",
    "steps",
    "path",
    "s",
    "s per step",
    "decode s",
    "floor s",
    "times floor",
    "times faster",
    "TFLOP/s",
    "GB",
    "latents dB",
    "frames dB",
    "busy",
    "",
)


def _cells(row: Row) -> Sequence[object]:
    over = row.seconds / row.floor_s if row.seconds and row.floor_s else None
    faster = row.baseline_s / row.seconds if row.seconds and row.baseline_s else None
    return (
        row.model,
        row.shape,
        row.steps,
        row.path,
        *map(_figure, (row.seconds, row.step_s, row.decode_s, row.floor_s, over, faster)),
        *map(_figure, (row.tflops, row.peak_gb, row.latent_db, row.pixel_db, row.busy)),
        row.note or row.timing,
    )


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"
