"""What is printed of a run: a table by kind, and what else there is to know."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.chat.report import both, photos_and_processor
from benchmarks.chat.stamps import Stamps, percentile
from benchmarks.chat.verdict import Verdict
from benchmarks.telegram.load import Sent
from deploy.tables import table


def by_kind(sent: Sequence[Sent], stamps: Stamps, verdict: Verdict) -> str:
    """Lay out what each kind of update took and came to."""
    head = ("kind", "updates", "own p50 ms", "p99 ms", "told p99 ms", "lost", "doubled", "dropped")
    rows: list[Sequence[object]] = []
    for kind in dict.fromkeys(each.kind for each in sent):
        of_kind = [each for each in sent if each.kind == kind]
        own = own_ms(of_kind, stamps)
        figures = (*both(own), f"{percentile(_told_ms(of_kind, stamps), 0.99):.1f}")
        counts = (verdict.lost[kind], verdict.doubled[kind], verdict.dropped[kind])
        rows.append((kind, len(of_kind), *figures, *counts))
    return table(head, rows)


def aside(sent: Sequence[Sent], stamps: Stamps, took_s: float) -> str:
    """Say what else there is to know."""
    return "\n".join(
        (
            f"told: from Telegram's having an update to our having it: "
            f"p50 {percentile(_told_ms(sent, stamps), 0.5):.1f} ms",
            "most asks press an effect for a photo the bot has already",
            *photos_and_processor(stamps, took_s),
        )
    )


def own_ms(sent: Sequence[Sent], stamps: Stamps) -> list[float]:
    """Say how long each update was in our own hands."""
    every = [stamps.own_ms(each.update) for each in sent if each.update is not None]
    return [own for own in every if own is not None]


def _told_ms(sent: Sequence[Sent], stamps: Stamps) -> list[float]:
    return [
        (stamps.arrived[each.update] - each.at) * 1000
        for each in sent
        if each.update is not None and each.update in stamps.arrived
    ]
