"""`make bench-schedule`: simulate, print tables, write build/bench-schedule.json and docs/."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path

from benchmarks.schedule import gap
from benchmarks.schedule.figures import SEEDS, day, mean, reliance
from benchmarks.schedule.forecasts import foretell
from benchmarks.schedule.page import rewrite
from benchmarks.schedule.plot import plot
from benchmarks.schedule.policies import POLICIES, VARIATIONS
from benchmarks.schedule.tables import (
    Figures,
    bars,
    by_affinity,
    by_kind,
    by_policy,
    by_setting,
    by_trust,
    json_rows,
)

OUT = Path("build/bench-schedule.json")
PAGE = Path("docs/schedule.md")
PICTURE = Path("docs/schedule.svg")
PROCESSES = 2


def main() -> int:
    """Run the benchmark; 1 when a bar is missed."""
    figures = _simulate()
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(json_rows(figures), indent=2) + "\n")
    PICTURE.write_text(plot(figures.days))
    rewrite(PAGE, figures)
    sys.stdout.write(f"{_report(figures)}\n(written to {OUT}, {PAGE} and {PICTURE})\n")
    return 0 if all(holds for holds, _ in bars(figures)) else 1


def _simulate() -> Figures:
    with ProcessPoolExecutor(PROCESSES) as processes:
        foretold = processes.map(foretell, SEEDS)
        gaps = processes.map(gap.measure, gap.AFFINITIES)
        days = {
            name: processes.map(day, [name] * len(SEEDS), SEEDS)
            for name in (*POLICIES, *VARIATIONS)
        }
        means = {name: mean(list(several)) for name, several in days.items()}
        return Figures(
            days={policy: means[policy] for policy in POLICIES},
            variations={variation: means[variation] for variation in VARIATIONS},
            reliance=reliance(list(chain.from_iterable(foretold))),
            gaps=list(gaps),
        )


def _report(figures: Figures) -> str:
    tables = (
        by_policy(figures),
        by_kind(figures, "zoetrope"),
        by_trust(figures),
        by_affinity(figures),
        by_setting(figures),
    )
    verdicts = (f"{'holds ' if holds else 'MISSED'}  {bar}" for holds, bar in bars(figures))
    return "\n\n".join([*(table.plain for table in tables), "\n".join(verdicts)])


if __name__ == "__main__":
    sys.exit(main())
