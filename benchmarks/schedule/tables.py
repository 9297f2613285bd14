"""The figures as tables, as JSON rows, and against the bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.schedule.figures import Day, Reliance
from benchmarks.schedule.gap import Gap
from deploy.tables import table

PAID_BAR = 1.5
LIGHT_BAR = 20.0
SWITCH_BAR = 0.52
LAST_BAR = 1.1
COVERED_BAR, LEAST_COVERED_BAR = 0.9, 0.8


@dataclass(frozen=True, slots=True)
class Figures:
    """All that was simulated: days by policy and by variation, reliance by kind of ask, gaps."""

    days: Mapping[str, Day]
    variations: Mapping[str, Day]
    reliance: Mapping[str, Reliance]
    gaps: Sequence[Gap]


@dataclass(frozen=True, slots=True)
class Table:
    """A head and rows."""

    head: Sequence[str]
    rows: Sequence[Sequence[object]]

    @property
    def plain(self) -> str:
        """Lay it out for a terminal."""
        return table(self.head, self.rows)

    @property
    def markdown(self) -> str:
        """Lay it out for a page: names to the left, figures to the right."""
        rule = ["---", *["---:"] * (len(self.head) - 1)]
        return "\n".join(
            f"| {' | '.join(map(str, cells))} |" for cells in (self.head, rule, *self.rows)
        )


def json_rows(figures: Figures) -> list[dict[str, object]]:
    """Lay the figures out for a program."""
    policies: list[dict[str, object]] = [
        {
            "policy": name,
            "switch_pct": round(day.switch_pct, 2),
            "paid_p95_s": round(day.waits["paid"].p95_s, 1),
            "challenge_p95_s": round(day.waits["challenge"].p95_s, 1),
            "light_p50_s": round(day.waits["light"].p50_s, 1),
            "light_p95_s": round(day.waits["light"].p95_s, 1),
            "light_p99_s": round(day.waits["light"].p99_s, 1),
        }
        for name, day in figures.days.items()
    ]
    classes: list[dict[str, object]] = [
        {
            "eta_class": name,
            "median_abs_error_s": round(relied.median_error_s, 1),
            "covered": round(relied.covered, 3),
        }
        for name, relied in figures.reliance.items()
    ]
    return [*policies, *classes]


def by_policy(figures: Figures) -> Table:
    """Compare the policies."""
    return _days("policy", figures.days)


def by_setting(figures: Figures) -> Table:
    """Compare the shipped order with itself at other settings."""
    return _days("zoetrope", figures.variations)


def _days(what: str, days: Mapping[str, Day]) -> Table:
    head = (what, "switching %", "paid p95 s", "challenge p95 s")
    light = ("light p50 s", "light p95 s", "light p99 s", "heavy p95 s")
    rows = [
        (
            name,
            f"{day.switch_pct:.1f}",
            f"{day.waits['paid'].p95_s:.0f}",
            f"{day.waits['challenge'].p95_s:.0f}",
            f"{day.waits['light'].p50_s:.0f}",
            f"{day.waits['light'].p95_s:.0f}",
            f"{day.waits['light'].p99_s:.0f}",
            f"{day.waits['heavy'].p95_s:.0f}",
        )
        for name, day in days.items()
    ]
    return Table((*head, *light), rows)


def by_kind(figures: Figures, policy: str) -> Table:
    """Show how long each kind of ask waits under one policy."""
    rows = [
        (
            kind,
            f"{waits.p50_s:.0f}",
            f"{waits.p95_s:.0f}",
            f"{waits.p99_s:.0f}",
            f"{waits.longest_s:.0f}",
        )
        for kind, waits in figures.days[policy].waits.items()
    ]
    return Table((policy, "p50 s", "p95 s", "p99 s", "longest s"), rows)


def by_trust(figures: Figures) -> Table:
    """Show how far the waits that are shown can be relied on."""
    rows = [
        (name, relied.asks, f"{relied.median_error_s:.1f}", f"{relied.covered:.3f}")
        for name, relied in figures.reliance.items()
    ]
    return Table(("asks", "waiting", "median error s", "within the shown range's end"), rows)


def by_affinity(figures: Figures) -> Table:
    """Compare service gaps with their bounds."""
    rows = [
        (f"{gap.affinity:g}", f"{gap.gap_s:.0f}", f"{gap.bound_s:.0f}", f"{gap.switch_pct:.1f}")
        for gap in figures.gaps
    ]
    return Table(("affinity", "largest gap, GPU s", "bound", "switching %"), rows)


def bars(figures: Figures) -> Sequence[tuple[bool, str]]:
    """Say of each bar whether it holds."""
    ours, fifo = figures.days["zoetrope"], figures.days["fifo"]
    paid = ours.waits["paid"].p95_s / figures.days["strict"].waits["paid"].p95_s
    light = fifo.waits["light"].p50_s / ours.waits["light"].p50_s
    last = ours.waits["light"].p99_s / fifo.waits["light"].p99_s
    switching = ours.switch_pct / fifo.switch_pct
    overall = figures.reliance["overall"].covered
    least = min(relied.covered for relied in figures.reliance.values())
    widest = max(gap.gap_s / gap.bound_s for gap in figures.gaps)
    return (
        (paid <= PAID_BAR, f"paid p95 {paid:.2f}x strict's (bar: {PAID_BAR:g})"),
        (light >= LIGHT_BAR, f"light p50 {light:.0f}x shorter than fifo's (bar: {LIGHT_BAR:g})"),
        (last <= LAST_BAR, f"light p99 {last:.2f}x fifo's (bar: {LAST_BAR:g})"),
        (switching <= SWITCH_BAR, f"switching {switching:.2f}x fifo's (bar: {SWITCH_BAR:g})"),
        (overall >= COVERED_BAR, f"waits within the shown end {overall:.3f} ({COVERED_BAR:g})"),
        (least >= LEAST_COVERED_BAR, f"in every class {least:.3f} (bar: {LEAST_COVERED_BAR:g})"),
        (widest <= 1, f"service gap {widest:.2f}x its bound (bar: 1)"),
    )
