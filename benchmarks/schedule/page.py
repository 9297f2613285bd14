"""docs/schedule.md: its words are written by hand, its figures by the benchmark."""

from __future__ import annotations

from pathlib import Path

from benchmarks.schedule.tables import (
    Figures,
    bars,
    by_affinity,
    by_kind,
    by_policy,
    by_setting,
    by_trust,
)

BEGIN = "<!-- what `make bench-schedule` says: begin -->"
END = "<!-- what `make bench-schedule` says: end -->"


def measured(figures: Figures) -> str:
    """Lay all figures out for the page."""
    return "\n\n".join(
        (
            by_policy(figures).markdown,
            "![Waits under each policy](schedule.svg)",
            by_kind(figures, "zoetrope").markdown,
            by_trust(figures).markdown,
            by_affinity(figures).markdown,
            by_setting(figures).markdown,
            "\n".join(f"- {'holds' if holds else 'MISSED'}: {bar}" for holds, bar in bars(figures)),
        )
    )


def rewrite(page: Path, figures: Figures) -> None:
    """Put figures in their place on the page."""
    before, rest = page.read_text().split(BEGIN)
    _, after = rest.split(END)
    page.write_text(f"{before}{BEGIN}\n\n{measured(figures)}\n\n{END}{after}")
