from __future__ import annotations

import logging
import shutil
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import CannotFilm, NotFetched, OutOfMemory
from engine.pipelines.bases import Base, Bases, Gigabytes
from engine.pipelines.check import a_take
from engine.pipelines.families import family
from engine.pipelines.loaded import Loaded
from engine.pipelines.memory.device_memory import TorchMemory, is_out_of_memory
from engine.pipelines.memory.eviction import Demand, Held, to_evict
from engine.pipelines.memory.measures import Measure, Measures
from engine.pipelines.memory.profiles import Place, Plan, Unfit
from engine.pipelines.memory.residency import Residency
from engine.pipelines.take import Mode

KINDS = {"words": ("wan2.1", "text"), "photos": ("wan2.1", "photo"), "cog": ("cogvideox", "text")}


@dataclass
class AMemory:
    """A device of so many GB, of which what lives takes what its base says."""

    total_gb: float = 24.0
    ram_gb: float = 64.0
    cores: int = 64
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    name: str = "a device"
    filming_gb: float = 0.0
    living: list[tuple[float, weakref.ref[Any]]] = field(
        default_factory=list[tuple[float, weakref.ref[Any]]]
    )

    def used_gb(self) -> float:
        return sum(gb for gb, network in self.living if network() is not None)

    def peak_gb(self) -> float:
        return self.used_gb() + self.filming_gb

    def release(self) -> None:
        TorchMemory(self.device).release()


class Clock:
    """Seconds that go by when they are told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class House:
    """A residency over tiny bases."""

    residency: Residency
    memory: AMemory
    clock: Clock
    models: Path
    read: list[str]

    def film(self, base_id: str) -> None:
        with self.residency.use(base_id):
            pass


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for name, (made, kind) in KINDS.items():
        torch.manual_seed(0)
        family(made).checkpoints[kind].tiny().save_pretrained(folder / "bases" / name)
    return folder


def a_base(name: str, denoiser: float) -> Base:
    made, kind = KINDS.get(name, KINDS["words"])
    return (
        Bases.built_in()
        .by_id["wan2-1-t2v-1-3b"]
        .model_copy(
            update={
                "family": made,
                "checkpoint": kind,
                "gb": Gigabytes(denoiser=denoiser, encoder=1.0, decoder=0.1),
                "width": 64,
                "height": 64,
                "frames": 17,
            }
        )
    )


@pytest.fixture
def house(models: Path) -> Callable[..., House]:
    (models / "measured.json").unlink(missing_ok=True)
    shutil.rmtree(models / "prompts", ignore_errors=True)

    def opened(
        *,
        total_gb: float = 24.0,
        cores: int = 64,
        loading_s: float = 3.0,
        waits: bool = False,
        **sizes: float,
    ) -> House:
        memory, clock, read = AMemory(total_gb, cores=cores), Clock(), []
        bases = {name: a_base(name, gb) for name, gb in (sizes or {"words": 5.0}).items()}

        def prepare(base_id: str, loaded: Loaded) -> None:
            clock.now += loading_s
            read.append(base_id)
            gb = 0.0 if waits else bases[base_id].gb.whole
            memory.living.append((gb, weakref.ref(loaded.pipeline.transformer)))

        residency = Residency(models, bases, memory, prepare=prepare, clock=clock)
        return House(residency, memory, clock, models, read)

    return opened


def test_what_fits_stays_and_is_not_read_again(house: Callable[..., House]) -> None:
    at = house(words=5.0, photos=6.0)

    for base_id in ("words", "photos", "words", "photos"):
        at.film(base_id)

    assert at.read == ["words", "photos"]
    assert at.residency.resident == ("words", "photos")


def test_the_base_that_was_asked_for_least_gives_way_and_is_gone(
    house: Callable[..., House],
) -> None:
    at = house(words=8.0, photos=8.0, cog=10.0)
    for base_id in ("photos", "words", "photos"):
        at.film(base_id)
    assert at.memory.used_gb() == pytest.approx(18.2)

    at.film("cog")

    assert at.residency.resident == ("photos", "cog")
    assert at.memory.used_gb() == pytest.approx(9.1 + 11.1)


def test_a_demand_of_long_ago_counts_no_more(house: Callable[..., House]) -> None:
    at = house(words=8.0, photos=8.0, cog=10.0)
    for _ in range(5):
        at.film("words")
    at.clock.now += 3 * 3600
    at.film("photos")

    at.film("cog")

    assert at.residency.resident == ("photos", "cog")


def test_others_give_way_to_what_a_film_was_measured_to_take(house: Callable[..., House]) -> None:
    at = house(words=8.0, photos=8.0)
    at.film("words")
    at.film("photos")
    assert at.residency.resident == ("words", "photos")
    at.memory.filming_gb = 10.0
    at.film("photos")

    at.film("photos")

    assert at.residency.resident == ("photos",)


@pytest.mark.parametrize(("total_gb", "size"), [(4.0, 60.0), (0.0, 15.0)])
def test_what_waits_in_main_memory_gives_way_there(
    house: Callable[..., House], total_gb: float, size: float
) -> None:
    at = house(total_gb=total_gb, waits=True, words=size, photos=size)

    at.film("words")
    at.film("photos")

    assert at.residency.resident == ("photos",)


def test_what_is_fetched_and_possible_is_offered_with_the_seconds_it_takes(
    house: Callable[..., House],
) -> None:
    at = house(words=5.0, photos=500.0, elsewhere=5.0)
    guessed = at.residency.offers()
    at.film("words")

    assert guessed == {"words": pytest.approx(6.1)}
    assert at.residency.offers() == {"words": 3.0}
    assert house(words=5.0).residency.offers() == {"words": 3.0}


def test_a_base_that_is_not_fetched_is_named_with_the_command(house: Callable[..., House]) -> None:
    at = house(elsewhere=5.0)

    with pytest.raises(NotFetched, match="elsewhere is not fetched: run `zoetrope models"):
        at.film("elsewhere")


def test_a_base_that_is_too_large_says_what_it_needs(house: Callable[..., House]) -> None:
    at = house(total_gb=4.0, words=1000.0)

    with pytest.raises(CannotFilm, match="words: it needs a GPU with 18 GB of memory, and this"):
        at.film("words")


def filming(at: House, fails: int, plans: list[Plan | Unfit]) -> Callable[[Loaded], int]:
    """Work that runs out of memory a few times."""

    def work(loaded: Loaded) -> int:
        plans.append(at.residency.plan("words"))
        if len(plans) <= fails:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 3 GiB.\nmore")
        return len(loaded.film(a_take(loaded.family, Mode.TEXT, seed=1)).frames)

    return work


def test_out_of_memory_is_tried_once_more_with_less_and_alone(house: Callable[..., House]) -> None:
    at = house(words=5.0, photos=6.0)
    at.film("photos")
    plans: list[Plan | Unfit] = []

    frames = at.residency.attempt("words", filming(at, 1, plans))

    first, second = plans
    assert frames == 17
    assert isinstance(first, Plan)
    assert isinstance(second, Plan)
    assert second.device_gb < first.device_gb
    assert at.residency.resident == ("words",)
    assert at.memory.used_gb() == pytest.approx(6.1)


def test_out_of_memory_twice_fails_the_job_and_says_where(house: Callable[..., House]) -> None:
    at = house(words=5.0)

    with pytest.raises(OutOfMemory, match="on cpu: words: CUDA out of memory") as caught:
        at.residency.attempt("words", filming(at, 2, []))

    assert "more" not in str(caught.value)
    del caught
    at.memory.release()
    assert at.memory.used_gb() == 0
    assert at.residency.resident == ()


def test_without_a_gpu_nothing_is_offered_that_takes_hours(
    house: Callable[..., House], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")

    at = house(total_gb=0.0, cores=2, words=0.5, photos=20.0)

    assert set(at.residency.offers()) == {"words"}
    assert caplog.text.count("photos is not used here: without a GPU a clip of it takes") == 1
    with pytest.raises(CannotFilm, match="without a GPU a clip of it takes 23 minutes or more"):
        at.film("photos")


def test_what_never_fits_is_offered_no_more(house: Callable[..., House]) -> None:
    at = house(words=5.0)

    notches: list[int] = []
    while isinstance(found := at.residency.plan("words"), Plan):
        notches.append(found.notch)
        with pytest.raises(OutOfMemory), at.residency.use("words"):
            raise torch.OutOfMemoryError("all is taken")

    assert notches == sorted(set(notches))

    assert at.residency.offers() == {}
    with pytest.raises(CannotFilm, match="however frugally it was held"):
        at.film("words")


def test_other_errors_pass_and_change_nothing(house: Callable[..., House]) -> None:
    at = house(words=5.0)
    before = at.residency.plan("words")

    with pytest.raises(ZeroDivisionError), at.residency.use("words"):
        raise ZeroDivisionError

    assert at.residency.plan("words") == before
    assert at.residency.resident == ("words",)


def test_prompts_are_encoded_once_and_an_absent_encoder_leaves_again(
    house: Callable[..., House],
) -> None:
    at = house(total_gb=4.0, words=98.0)
    found = at.residency.plan("words")
    assert isinstance(found, Plan)
    assert found.encoder is Place.ABSENT
    here: list[Any] = []

    def work(loaded: Loaded) -> Any:
        here.append(isinstance(loaded.pipeline.text_encoder, torch.nn.Module))
        made = loaded.film(a_take(loaded.family, Mode.TEXT, seed=1)).frames
        here.append(isinstance(loaded.pipeline.text_encoder, torch.nn.Module))
        return made

    first = at.residency.attempt("words", work)
    second = at.residency.attempt("words", work)

    assert here == [False, True, False, False]
    assert np.array_equal(first, second)
    assert list((at.models / "prompts").glob("*.safetensors"))


def test_the_least_valuable_gives_way_first_and_no_more_than_needed() -> None:
    held = {
        "small": Held(gb=2, load_s=1, demand=1),
        "large": Held(gb=20, load_s=10, demand=1),
        "asked": Held(gb=2, load_s=10, demand=9),
    }

    assert to_evict(held, 24) == []
    assert to_evict(held, 22) == ["small"]
    assert to_evict(held, 4) == ["large"]
    assert set(to_evict(held, 0)) == set(held)


def test_demand_halves_in_ten_minutes() -> None:
    demand = Demand().once_more(0).once_more(600)

    assert demand.now(600) == pytest.approx(1.5)
    assert demand.now(1800) == pytest.approx(1.5 / 4)


def test_measures_outlive_the_process_and_keep_the_highest_peak(tmp_path: Path) -> None:
    measures = Measures(tmp_path / "m.json")
    measures.put("gpu", "a", 0, Measure(gb=3, peak_gb=9, load_s=2))
    measures.put("gpu", "a", 0, Measure(gb=4, peak_gb=5, load_s=1))

    found = Measures(tmp_path / "m.json").get("gpu", "a", 0)

    assert found == Measure(gb=4, peak_gb=9, load_s=1)
    assert measures.get("gpu", "a", 1) is None
    assert measures.get("other", "a", 0) is None


@pytest.mark.parametrize("content", ["{", "[]", '{"a": {"gb": "x"}}'])
def test_measures_that_cannot_be_read_are_begun_anew(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "m.json").write_text(content)

    with caplog.at_level(logging.WARNING):
        assert Measures(tmp_path / "m.json").get("gpu", "a", 0) is None
    assert "is measured anew" in caplog.text


def test_a_machine_without_a_gpu_has_main_memory_only() -> None:
    memory = TorchMemory(torch.device("cpu"))

    assert (memory.name, memory.total_gb, memory.used_gb(), memory.peak_gb()) == ("cpu", 0, 0, 0)
    assert memory.ram_gb > 1


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.OutOfMemoryError("x"), True),
        (MemoryError(), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried 9"), True),
        (RuntimeError("sizes do not match"), False),
        (ValueError("can't allocate memory"), False),
    ],
)
def test_running_out_of_memory_is_told_from_other_errors(error: Exception, expected: bool) -> None:
    assert is_out_of_memory(error) is expected
