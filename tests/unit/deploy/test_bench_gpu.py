"""`zoetrope bench gpu` tries every path on tiny models where there is no GPU."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from deploy.bench_gpu import PLAIN, TOGETHER, bench_gpu
from deploy.bench_worker import QUEUED
from deploy.errors import CommandFailed

pytestmark = [
    pytest.mark.filterwarnings("ignore:.torch.jit.script_method:DeprecationWarning"),
    pytest.mark.skipif(torch.cuda.is_available(), reason="measures for minutes where there is one"),
]
MODEL = "wan2-1-t2v-1-3b"


@pytest.fixture(scope="module")
def said() -> list[str]:
    return []


@pytest.fixture(scope="module")
def rows(said: list[str], tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What is written of one model."""
    out = tmp_path_factory.mktemp("build") / "bench-gpu.json"
    bench_gpu([MODEL], said.append, out=out)
    return json.loads(out.read_text())


def of_path(rows: list[dict[str, Any]], path: str) -> list[dict[str, Any]]:
    return [row for row in rows if row["path"] == path]


def test_it_says_that_nothing_is_learnt_about_speed(
    rows: list[dict[str, Any]], said: list[str]
) -> None:
    assert "no GPU" in said[0]
    assert {row["device"] for row in rows} == {"cpu (self-test)"}
    assert {row["model"] for row in rows} == {MODEL}


def test_diffusers_alone_is_compared_with_everything_exact(rows: list[dict[str, Any]]) -> None:
    for path in (PLAIN, TOGETHER):
        many, few = of_path(rows, path)
        assert (many["timing"], few["timing"]) == ("extrapolated", "measured")
        for row in (many, few):
            assert row["seconds"] > row["floor_s"] > 0
            assert row["tflops"] > 0
            assert row["peak_gb"] > 0
    plain, together = of_path(rows, PLAIN)[0], of_path(rows, TOGETHER)[0]
    assert together["on"] == ["channels last", "compiled blocks"]
    assert together["baseline_s"] == plain["seconds"] == plain["baseline_s"]


def test_every_path_has_a_figure_or_a_reason(rows: list[dict[str, Any]]) -> None:
    assert all((row["seconds"] is None) == bool(row["note"]) for row in rows)
    reasons = {row["path"]: row["note"] for row in rows if row["note"]}
    assert set(reasons) == {"tf32", "attention", "compiled decoder", "float8 blocks"}


def test_what_is_lossy_says_how_far_it_is_from_the_exact_path(rows: list[dict[str, Any]]) -> None:
    lossy = [row for row in rows if row["is_lossy"] and row["seconds"]]

    assert {row["path"].removeprefix(f"{TOGETHER} + ") for row in lossy} == {
        "16-bit decoder",
        "first-block cache",
        "TaylorSeer cache",
        "MagCache",
        "guidance interval",
        "float8 storage",
    }
    assert all(row["pixel_db"] for row in lossy)
    assert all(row["latent_db"] for row in lossy if "decoder" not in row["path"])


def test_what_leaves_steps_out_is_timed_over_all_of_them(rows: list[dict[str, Any]]) -> None:
    uneven = ("cache", "MagCache", "guidance interval")
    found = [row for row in rows if row["path"].endswith(uneven)]

    assert len(found) == 4
    assert {row["timing"] for row in found} == {"measured"}


@pytest.mark.parametrize(
    "path",
    [
        "LoRA swap",
        "to the device",
        "from the disk",
        "dispatch",
        "dispatch when idle",
        "LoRA swap in a worker",
    ],
)
def test_getting_ready_is_timed(rows: list[dict[str, Any]], path: str) -> None:
    (row,) = of_path(rows, path)

    assert row["seconds"] > 0
    assert row["timing"] == "measured"


def test_twenty_jobs_go_through_the_queue_and_the_loop_of_a_worker(
    rows: list[dict[str, Any]],
) -> None:
    (row,) = of_path(rows, QUEUED)

    assert "20 jobs" in QUEUED
    assert row["seconds"] > 0
    assert 0 < row["busy"] < 1


def test_the_table_has_a_line_for_each_row(rows: list[dict[str, Any]], said: list[str]) -> None:
    table = said[-2].splitlines()

    assert len(table) == 1 + len(rows)
    assert table[0].startswith("model")


def test_a_model_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="wan-9"):
        bench_gpu(["wan-9"], lambda _: None, out=tmp_path / "bench-gpu.json")
