"""The bases that are in memory: read when they are asked for, kept while they fit."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch

from engine.errors import CannotFilm, NotFetched, OutOfMemory
from engine.pipelines.bases import TAUGHT, Base
from engine.pipelines.loaded import Loaded
from engine.pipelines.memory.device_memory import DeviceMemory, is_out_of_memory
from engine.pipelines.memory.embeddings import PromptCache, RememberedPrompts, encoder_identity
from engine.pipelines.memory.encoders import Encoders
from engine.pipelines.memory.eviction import Demand, Held, to_evict
from engine.pipelines.memory.fitting import Machine, fitted
from engine.pipelines.memory.measures import Measure, Measures
from engine.pipelines.memory.offload import carry_out
from engine.pipelines.memory.profiles import Place, Plan, Unfit, plan, waiting_gb
from engine.pipelines.memory.reading import read_base
from engine.weights.hub.bases import fetching

log = logging.getLogger(__name__)

T = TypeVar("T")
Prepare = Callable[[str, Loaded], None]
"""Fuses LoRAs, adds slots for others: what has to be done before a base is put in its place."""

Tune = Callable[[Loaded, Plan], None]
"""Makes a base faster, once it is in its place."""

_ASSUMED_GB_PER_S = 1.0
"""Of reading, until a base was read once."""


def as_it_is(_base_id: str, _loaded: Loaded) -> None:
    """Prepare nothing."""


def untuned(_loaded: Loaded, _plan: Plan) -> None:
    """Leave it as fast as it is."""


@dataclass(frozen=True, slots=True)
class _Resident:
    loaded: Loaded
    encoders: Encoders
    plan: Plan
    gb: float
    load_s: float


class Residency:
    """The bases on one device; used by one film at a time."""

    def __init__(
        self,
        models: Path,
        bases: Mapping[str, Base],
        memory: DeviceMemory,
        *,
        prepare: Prepare = as_it_is,
        tune: Tune = untuned,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._models = models
        self._bases: Mapping[str, Base] = {}
        self._memory = memory
        self._prepare = prepare
        self._tune = tune
        self._clock = clock
        self._prompts = PromptCache(models / "prompts")
        self._measures = Measures(models / "measured.json")
        self._residents: dict[str, _Resident] = {}
        self._demands: dict[str, Demand] = {}
        self._plans: dict[str, Plan | Unfit] = {}
        self.learn(bases)

    def learn(self, bases: Mapping[str, Base]) -> None:
        """Know more bases; for any thread."""
        more = {name: base for name, base in bases.items() if name not in self._bases}
        self._bases = {**self._bases, **more}
        memory = self._memory
        here = Machine(gpu_gb=memory.total_gb, ram_gb=memory.ram_gb, cores=memory.cores)
        self._plans |= {name: fitted(name, base, here) for name, base in more.items()}
        for name in more:
            if isinstance(found := self._plans[name], Unfit) and self._is_fetched(name):
                log.info("%s is not used here: %s", name, found.reason)

    @property
    def resident(self) -> tuple[str, ...]:
        """The bases that are in memory."""
        return tuple(self._residents)

    def plan(self, base_id: str) -> Plan | Unfit:
        """Say how a base is held here, or why it is of no use."""
        return self._plans[base_id]

    def offers(self) -> dict[str, float]:
        """Say which bases are fetched and of use, and in how many seconds each is ready."""
        return {
            name: self._load_s(name, found)
            for name, found in self._plans.items()
            if isinstance(found, Plan) and self._is_fetched(name)
        }

    @contextmanager
    def use(self, base_id: str) -> Generator[Loaded]:
        """Have a base ready while the block runs.

        Raises:
            NotFetched: it is not there.
            WeightsUnreadable: it is damaged.
            CannotFilm: it is of no use here.
            OutOfMemory: memory did not suffice; it is held more frugally the next time.
        """
        now = self._clock()
        self._demands[base_id] = self._demands.get(base_id, Demand()).once_more(now)
        with self._frugally_next_time(base_id):
            self._have_ready(base_id)
            self._memory.peak_gb()
            try:
                # nothing here may hold on to it when it has to give way
                yield self._residents[base_id].loaded
            finally:
                self._after(base_id, self._residents[base_id])

    def attempt(self, base_id: str, work: Callable[[Loaded], T]) -> T:
        """Do something with a base; where memory does not suffice, once more with less.

        Raises:
            NotFetched: it is not there.
            WeightsUnreadable: it is damaged.
            CannotFilm: it is of no use here.
            OutOfMemory: memory did not suffice, nor did it the second time.
        """
        try:
            return self._once(base_id, work)
        except OutOfMemory as error:
            if isinstance(self._plans[base_id], Unfit):
                raise
            # its words alone: it hangs on to all that was in memory
            log.warning("%s; it is tried once more", str(error))
        self._memory.release()
        return self._once(base_id, work)

    def _once(self, base_id: str, work: Callable[[Loaded], T]) -> T:
        with self.use(base_id) as loaded:
            return work(loaded)

    def evict(self, base_id: str) -> None:
        """Free the memory that a base takes."""
        if self._residents.pop(base_id, None) is not None:
            log.info("%s gives way", base_id)
        self._memory.release()

    @contextmanager
    def _frugally_next_time(self, base_id: str) -> Generator[None]:
        try:
            yield
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            why = str(error).splitlines()[0] if str(error) else "nothing is left"
            # what was reckoned in hangs on to the frames that the error came through
            traceback.clear_frames(error.__traceback__)
            self._shrink(base_id)
            raise OutOfMemory(str(self._memory.device), f"{base_id}: {why}") from None

    def _shrink(self, base_id: str) -> None:
        """Make all room, and hold a base by the next plan; where there is none, not at all."""
        was_alone = set(self.resident) <= {base_id}
        for name in self.resident:
            self.evict(name)
        held = self._plans[base_id]
        if isinstance(held, Unfit):
            return
        below = plan(self._bases[base_id], self._memory.total_gb, self._memory.ram_gb, below=held)
        if was_alone or isinstance(below, Plan):
            self._plans[base_id] = below

    def _have_ready(self, base_id: str) -> None:
        found = self._plans[base_id]
        if isinstance(found, Unfit):
            raise CannotFilm(base_id, found.reason)
        if not self._is_fetched(base_id):
            name = self._folder(base_id).name
            raise NotFetched(name, fetching(name))
        self._make_room(base_id, found)
        if base_id not in self._residents:
            self._residents[base_id] = self._read(base_id, found)

    def _read(self, base_id: str, wanted: Plan) -> _Resident:
        base, folder = self._bases[base_id], self._folder(base_id)
        began, before = self._clock(), self._memory.used_gb()
        dtype = torch.float32 if self._memory.device.type == "cpu" else torch.bfloat16
        loaded = read_base(base, folder, dtype)
        self._prepare(base_id, loaded)
        RememberedPrompts(loaded.pipelines, self._prompts, encoder_identity(folder))
        encoders = carry_out(wanted, loaded, self._memory.device, folder)
        self._tune(loaded, wanted)
        gb, load_s = self._memory.used_gb() - before, self._clock() - began
        log.info("%s is ready after %.1f s and takes %.1f GB", base_id, load_s, gb)
        self._note(base_id, wanted, Measure(gb=gb, load_s=load_s))
        return _Resident(loaded, encoders, wanted, gb, load_s)

    def _make_room(self, base_id: str, wanted: Plan) -> None:
        """Have others give way, on the device and in main memory, to filming with this one."""
        on_device = self._memory.total_gb - self._needed_gb(base_id, wanted)
        self._evict_from(base_id, on_device, lambda other: other.gb)
        in_ram = waiting_gb(self._memory.ram_gb) - wanted.ram_gb
        self._evict_from(base_id, in_ram, lambda other: other.plan.ram_gb)

    def _evict_from(
        self, base_id: str, room_gb: float, takes: Callable[[_Resident], float]
    ) -> None:
        now = self._clock()
        others = {
            name: Held(takes(each), each.load_s, self._demands[name].now(now))
            for name, each in self._residents.items()
            if name != base_id
        }
        for name in to_evict(others, room_gb):
            self.evict(name)

    def _needed_gb(self, base_id: str, wanted: Plan) -> float:
        measure = self._measures.get(self._memory.name, base_id, wanted.notch)
        return measure.peak_gb if measure and measure.peak_gb else wanted.device_gb

    def _after(self, base_id: str, resident: _Resident) -> None:
        if resident.plan.encoder is Place.ABSENT:
            resident.encoders.drop()
        others = sum(each.gb for name, each in self._residents.items() if name != base_id)
        peak = self._memory.peak_gb() - others
        self._note(
            base_id,
            resident.plan,
            Measure(gb=resident.gb, peak_gb=max(0.0, peak), load_s=resident.load_s),
        )

    def _note(self, base_id: str, held: Plan, measure: Measure) -> None:
        self._measures.put(self._memory.name, base_id, held.notch, measure)

    def _load_s(self, base_id: str, held: Plan) -> float:
        measure = self._measures.get(self._memory.name, base_id, held.notch)
        return measure.load_s if measure else self._bases[base_id].gb.whole / _ASSUMED_GB_PER_S

    def _is_fetched(self, base_id: str) -> bool:
        return (self._folder(base_id) / "model_index.json").is_file()

    def _folder(self, base_id: str) -> Path:
        return self._models / "bases" / base_id.partition(TAUGHT)[0]
