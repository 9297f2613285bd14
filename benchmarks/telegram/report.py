"""What is printed and written: a table by kind, the row, and whether each bar holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from benchmarks.telegram.load import Sent
from benchmarks.telegram.stamps import Stamps, percentile
from benchmarks.telegram.verdict import Verdict
from deploy.tables import table

UPDATES_BAR = 12_000
OWN_BAR_MS = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The figures that are written down."""

    updates: int
    lost: int
    doubled: int
    own_p50_ms: float
    own_p99_ms: float
    result_p50_ms: float
    result_p99_ms: float


def row(sent: Sequence[Sent], stamps: Stamps, verdict: Verdict) -> Row:
    """Sum up a run."""
    own, results = _own_ms(sent, stamps), list(stamps.result_ms.values())
    return Row(
        updates=len(own),
        lost=verdict.lost.total(),
        doubled=verdict.doubled.total(),
        own_p50_ms=round(percentile(own, 0.5), 2),
        own_p99_ms=round(percentile(own, 0.99), 2),
        result_p50_ms=round(percentile(results, 0.5), 2),
        result_p99_ms=round(percentile(results, 0.99), 2),
    )


def as_json(figures: Row) -> dict[str, object]:
    """Write a row out."""
    return asdict(figures)


def by_kind(sent: Sequence[Sent], stamps: Stamps, verdict: Verdict) -> str:
    """Lay out what each kind of update took and came to."""
    head = ("kind", "updates", "own p50 ms", "p99 ms", "told p99 ms", "lost", "doubled", "dropped")
    rows: list[Sequence[object]] = []
    for kind in dict.fromkeys(each.kind for each in sent):
        of_kind = [each for each in sent if each.kind == kind]
        own = _own_ms(of_kind, stamps)
        figures = (*_both(own), f"{percentile(_told_ms(of_kind, stamps), 0.99):.1f}")
        counts = (verdict.lost[kind], verdict.doubled[kind], verdict.dropped[kind])
        rows.append((kind, len(of_kind), *figures, *counts))
    return table(head, rows)


def aside(sent: Sequence[Sent], stamps: Stamps, took_s: float) -> str:
    """Say what else there is to know."""
    photos = [1000 * seconds for update, seconds in stamps.photo_s.items() if update]
    own, children = stamps.cpu_s
    return "\n".join(
        (
            f"told: from Telegram's having an update to our having it: "
            f"p50 {percentile(_told_ms(sent, stamps), 0.5):.1f} ms",
            f"photos got and cleaned, not in our own part: {len(photos)}, "
            f"p50 {percentile(photos, 0.5):.0f} ms, p99 {percentile(photos, 0.99):.0f} ms",
            f"most asks press an effect for a photo the bot has already: to clean one takes "
            f"{1000 * children / max(1, len(photos)):.0f} ms of a core",
            f"the bot used {own:.1f} s of a core in {took_s:.0f} s",
        )
    )


def bars(figures: Row) -> str:
    """Say which bars hold."""
    return "\n".join(
        (
            _bar(figures.updates >= UPDATES_BAR, f"{figures.updates:,} updates", UPDATES_BAR),
            _bar(
                figures.own_p99_ms < OWN_BAR_MS,
                f"own part of an update p99 {figures.own_p99_ms:.1f} ms",
                f"under {OWN_BAR_MS:g}",
            ),
            _bar(figures.lost == 0, f"{figures.lost} lost", 0),
            _bar(figures.doubled == 0, f"{figures.doubled} doubled", 0),
        )
    )


def profile(stamps: Stamps, most: int = 45) -> str:
    """Lay out where the bot's main thread was busy: = in a function itself, + with its callees."""
    shares = [(f"{100 * share:.1f} %", name) for name, share in stamps.profile]
    own = [each for each in shares if not each[1].startswith("+")]
    return table(("of busy time", "where"), [*own[:most], *[it for it in shares if it not in own]])


def _own_ms(sent: Sequence[Sent], stamps: Stamps) -> list[float]:
    every = [stamps.own_ms(each.update) for each in sent if each.update is not None]
    return [own for own in every if own is not None]


def _told_ms(sent: Sequence[Sent], stamps: Stamps) -> list[float]:
    return [
        (stamps.arrived[each.update] - each.at) * 1000
        for each in sent
        if each.update is not None and each.update in stamps.arrived
    ]


def _both(values: Sequence[float]) -> tuple[str, str]:
    return f"{percentile(values, 0.5):.1f}", f"{percentile(values, 0.99):.1f}"


def _bar(holds: bool, what: str, bar: object) -> str:
    return f"{'holds ' if holds else 'MISSED'}  {what} (bar: {bar})"
