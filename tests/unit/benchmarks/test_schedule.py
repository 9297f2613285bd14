from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.schedule import gap
from benchmarks.schedule.figures import SEEDS, Day, day, mean, reliance
from benchmarks.schedule.forecasts import Foretold
from benchmarks.schedule.gpus import FROM_DISK_S, FROM_MEMORY_S, Gpu
from benchmarks.schedule.page import BEGIN, END, rewrite
from benchmarks.schedule.plot import plot
from benchmarks.schedule.policies import POLICIES, Policy
from benchmarks.schedule.simulation import House, simulate
from benchmarks.schedule.tables import Figures, bars, by_policy, json_rows
from benchmarks.schedule.workload import KINDS, Ask, Kind, workload

PAGE = Path(__file__).parents[3] / "docs" / "schedule.md"
CLASSES = [*KINDS, "overall"]


def ask(number: int, *, model: int = 0, kind: Kind = "light", cost_s: float = 10.0) -> Ask:
    return Ask(
        number=number,
        at_s=float(number),
        person=f"person {number}",
        kind=kind,
        model=model,
        cost_s=cost_s,
        predicted_s=cost_s,
    )


def picked(policy: Policy, *asks: Ask, loaded: int) -> list[int]:
    gpu = Gpu("gpu", 6, loaded=loaded)
    for each in asks:
        policy.add(each)
    return [chosen.number for _ in asks if (chosen := policy.pick(gpu, 100.0))]


@pytest.fixture(scope="module")
def days() -> dict[str, Day]:
    """Every seed of the policies that the bars are about."""
    return {
        policy: mean([day(policy, seed) for seed in SEEDS])
        for policy in ("zoetrope", "fifo", "strict")
    }


@pytest.fixture(scope="module")
def figures(days: dict[str, Day]) -> Figures:
    foretold = [
        Foretold(kind=kind, planned_s=10.0, shown_s=30.0, waited_s=20.0 if i else 40.0)
        for kind in KINDS
        for i in range(4)
    ]
    variations = {"as shipped": days["zoetrope"]}
    return Figures(days, variations, reliance(foretold), [gap.measure(gap.AFFINITIES[0])])


def test_a_seed_always_makes_the_same_day() -> None:
    assert workload(3) == workload(3)
    assert workload(3) != workload(4)


def test_a_gpu_keeps_the_last_models_in_memory() -> None:
    gpu = Gpu("gpu", 4)
    loads: Sequence[int] = (0, 1, 2, 0, 3, 1)
    waits = [gpu.load(model) for model in loads]
    disk, memory = FROM_DISK_S, FROM_MEMORY_S
    assert waits == [disk, disk, disk, memory, disk, disk]
    assert gpu.load(1) == 0


@pytest.mark.parametrize("policy", POLICIES)
def test_every_ask_is_made_once_and_no_gpu_does_two_at_a_time(policy: str) -> None:
    asks = workload(0)[:600]
    house = simulate(POLICIES[policy](), asks)
    assert sorted(made.ask.number for made in house.made) == sorted(a.number for a in asks)
    ends: dict[str, float] = {}
    for made in house.made:
        free_s = max(made.ask.at_s, ends.get(made.gpu.name, 0.0))
        assert made.start_s >= free_s + made.switch_s
        ends[made.gpu.name] = made.end_s


def test_the_rivals_follow_their_rules() -> None:
    asks = (
        ask(1, model=1, cost_s=30.0),
        ask(2, model=0, kind="paid", cost_s=20.0),
        ask(3, model=1, kind="paid", cost_s=5.0),
        ask(4, model=0, cost_s=1.0),
    )
    orders = {name: picked(POLICIES[name](), *asks, loaded=1) for name in POLICIES}
    assert orders["fifo"] == [1, 2, 3, 4]
    assert orders["strict"] == [2, 3, 1, 4]
    assert orders["sjf"] == [3, 2, 4, 1]
    assert orders["greedy"] == [3, 1, 2, 4]


def test_an_idle_house_makes_everything_at_once() -> None:
    house = House(POLICIES["zoetrope"]())
    for number in range(1, 4):
        house.arrive(ask(number))
    assert len(house.at_work) == 3


def test_the_shipped_order_meets_its_bars(figures: Figures) -> None:
    assert {bar for holds, bar in bars(figures) if not holds} == {
        "waits within the shown end 0.750 (0.9)",
        "in every class 0.750 (bar: 0.8)",
    }


def test_the_page_shows_what_the_shipped_order_does_today(days: dict[str, Day]) -> None:
    [_, _, *rows] = by_policy(Figures(days, {}, {}, [])).markdown.splitlines()
    for row in rows:
        assert row in PAGE.read_text(), "docs/schedule.md is old: make bench-schedule"


def test_a_page_gets_new_figures_and_keeps_its_words(figures: Figures, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n\n{BEGIN}\nyesterday\n{END}\n\nafter\n")
    rewrite(page, figures)
    text = page.read_text()
    rewrite(page, figures)
    assert page.read_text() == text
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "yesterday" not in text
    assert by_policy(figures).markdown in text


def test_programs_get_the_agreed_rows(figures: Figures) -> None:
    rows = json_rows(figures)
    waits = {"paid_p95_s", "challenge_p95_s", "light_p50_s", "light_p95_s", "light_p99_s"}
    assert [row["policy"] for row in rows if "policy" in row] == list(figures.days)
    assert [row["eta_class"] for row in rows if "eta_class" in row] == CLASSES
    for row in rows:
        assert set(row) in (
            {"policy", "switch_pct", *waits},
            {"eta_class", "median_abs_error_s", "covered"},
        )


def test_the_plot_is_a_picture_with_every_policy(days: dict[str, Day]) -> None:
    picture = ElementTree.fromstring(plot(days))
    words = {text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")}
    assert {*days, "paid p95"} <= words


def test_a_gap_stays_within_its_bound() -> None:
    measured = gap.measure(32.0)
    assert 0 < measured.gap_s <= measured.bound_s
