"""What is printed and written of any platform: the row, and whether each bar holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from benchmarks.chat.stamps import Stamps, percentile
from benchmarks.chat.verdict import Verdict
from deploy.tables import table

Bar = tuple[bool, str]
"""Whether it holds, and what it is about."""


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


def row(own_ms: Sequence[float], stamps: Stamps, verdict: Verdict) -> Row:
    """Sum up a run; `own_ms` is how long each update was in our own hands."""
    results = list(stamps.result_ms.values())
    return Row(
        updates=len(own_ms),
        lost=verdict.lost.total(),
        doubled=verdict.doubled.total(),
        own_p50_ms=round(percentile(own_ms, 0.5), 2),
        own_p99_ms=round(percentile(own_ms, 0.99), 2),
        result_p50_ms=round(percentile(results, 0.5), 2),
        result_p99_ms=round(percentile(results, 0.99), 2),
    )


def as_json(figures: Row) -> dict[str, object]:
    """Write a row out."""
    return asdict(figures)


def both(values: Sequence[float]) -> tuple[str, str]:
    """Say what half of them, and nearly all of them, do not exceed."""
    return f"{percentile(values, 0.5):.1f}", f"{percentile(values, 0.99):.1f}"


def photos_and_processor(stamps: Stamps, took_s: float) -> Iterable[str]:
    """Say what photos took, and the bot as a whole."""
    photos = [1000 * seconds for update, seconds in stamps.photo_s.items() if update]
    own, children = stamps.cpu_s
    yield (
        f"photos got and cleaned, not in our own part: {len(photos)}, "
        f"p50 {percentile(photos, 0.5):.0f} ms, p99 {percentile(photos, 0.99):.0f} ms"
    )
    yield f"to clean one takes {1000 * children / max(1, len(photos)):.0f} ms of a core"
    yield f"the bot used {own:.1f} s of a core in {took_s:.0f} s"


def bars(
    figures: Row, *, updates: int, own_ms: float, what: str = "updates", of: str = "an update"
) -> list[Bar]:
    """Say which bars hold, of those that every platform has.

    Args:
        figures: what was measured.
        updates: how many there have to be.
        own_ms: how long our own part may take of nearly all of them.
        what: what they are called.
        of: what one of them is called.
    """
    own = f"own part of {of} p99 {figures.own_p99_ms:.1f} ms"
    return [
        _bar(figures.updates >= updates, f"{figures.updates:,} {what}", updates),
        _bar(figures.own_p99_ms < own_ms, own, f"under {own_ms:g}"),
        _bar(figures.lost == 0, f"{figures.lost} lost", 0),
        _bar(figures.doubled == 0, f"{figures.doubled} doubled", 0),
    ]


def profile(stamps: Stamps, most: int = 45) -> str:
    """Lay out where the bot's main thread was busy: = in a function itself, + with its callees."""
    shares = [(f"{100 * share:.1f} %", name) for name, share in stamps.profile]
    own = [each for each in shares if not each[1].startswith("+")]
    return table(("of busy time", "where"), [*own[:most], *[it for it in shares if it not in own]])


def _bar(holds: bool, what: str, bar: object) -> Bar:
    return holds, f"{what} (bar: {bar})"
