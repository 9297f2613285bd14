from __future__ import annotations

import sys
from pathlib import Path

import pytest

from deploy.gpus import WorkerHere, count_gpus, workers_here
from engine.settings import EngineSettings
from engine.threads import cores


def saying(code: str) -> tuple[str, ...]:
    """A program in torch's stead."""
    return (sys.executable, "-c", code)


@pytest.fixture
def driver(tmp_path: Path) -> Path:
    driver = tmp_path / "driver"
    driver.touch()
    return driver


def test_the_gpus_that_torch_finds_are_counted(driver: Path) -> None:
    assert (
        count_gpus(saying("print('a warning 9'); print(3)"), [driver.with_name("no"), driver]) == 3
    )


@pytest.mark.parametrize("code", ["1 / 0", "print('none')", "pass"])
def test_where_torch_cannot_be_asked_no_gpu_is_counted(driver: Path, code: str) -> None:
    assert count_gpus(saying(code), [driver]) == 0
    assert count_gpus([str(driver.with_name("no python"))], [driver]) == 0


def test_torch_is_not_asked_where_there_is_no_driver(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    touching = saying(f"import pathlib; pathlib.Path({str(asked)!r}).touch(); print(2)")

    assert count_gpus(touching, [tmp_path / "no driver"]) == 0
    assert not asked.exists()


def test_each_of_several_gpus_has_a_worker_and_its_share_of_the_cores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    share = str(max(1, cores() // 3))
    assert workers_here(EngineSettings(), 3) == [
        WorkerHere(
            f"worker {number + 1}",
            {"ZOETROPE_DEVICE": f"cuda:{number}", "ZOETROPE_THREADS": share},
        )
        for number in range(3)
    ]
    monkeypatch.setenv("ZOETROPE_THREADS", "5")
    second = workers_here(EngineSettings(), 2)[1]
    assert second.environment["ZOETROPE_THREADS"] == "5"


@pytest.mark.parametrize(
    ("device", "gpus"), [("auto", 0), ("auto", 1), ("cpu", 4), ("cuda:1", 4), ("cuda:0+cuda:1", 4)]
)
def test_otherwise_there_is_one_worker_that_is_told_nothing_new(
    monkeypatch: pytest.MonkeyPatch, device: str, gpus: int
) -> None:
    monkeypatch.setenv("ZOETROPE_DEVICE", device)

    assert workers_here(EngineSettings(), gpus) == [WorkerHere("worker")]
