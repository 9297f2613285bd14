"""What a worker is told."""

from __future__ import annotations

import pytest

from engine.jobs.settings import BadSetting
from engine.settings import EngineSettings
from engine.threads import cores, limit_threads
from engine.worker.ability import device_name


@pytest.mark.parametrize(
    ("device", "devices"),
    [
        ("auto", ("auto",)),
        ("cuda:3", ("cuda:3",)),
        ("cuda:0+cuda:2", ("cuda:0", "cuda:2")),
        ("cpu+cpu+cpu", ("cpu", "cpu", "cpu")),
    ],
)
def test_a_worker_films_on_one_device_or_on_several(
    monkeypatch: pytest.MonkeyPatch, device: str, devices: tuple[str, ...]
) -> None:
    monkeypatch.setenv("ZOETROPE_DEVICE", device)

    assert EngineSettings.read().devices == devices


@pytest.mark.parametrize(
    "device", ["gpu", "cuda:", "cuda+cuda", "cuda:0+cuda:0", "cuda:0+cpu", "cpu+", "auto+auto"]
)
def test_what_is_no_device_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, device: str
) -> None:
    monkeypatch.setenv("ZOETROPE_DEVICE", device)

    with pytest.raises(BadSetting) as refused:
        EngineSettings.read()

    assert str(refused.value) == (
        "ZOETROPE_DEVICE: must be auto, cpu, cuda or cuda:N, or GPUs that film together, each once,"
        f' as cuda:0+cuda:1, not "{device}"'
    )


def test_times_on_several_devices_are_told_apart_from_those_on_one() -> None:
    assert device_name("cpu") == "cpu"
    assert device_name("cpu+cpu") == "2 x cpu"


def test_processes_that_film_together_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OMP_WAIT_POLICY", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.setenv(name, "1")

    assert limit_threads(0, among=2) == max(1, cores() // 2)
    assert limit_threads(0, among=1000) == 1
    assert limit_threads(7, among=2) == 7
