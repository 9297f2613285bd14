"""`make bench-queue`: measure, print a table, write build/bench-queue.json."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from statistics import median

from benchmarks.queue.depth import claim_times
from benchmarks.queue.environments import OURS, PEERS, PREFETCHING, Client, python_for
from benchmarks.queue.measure import Figures, Workload, drain_with_one_slot, measure
from benchmarks.queue.report import bars, medians, rows, tables
from benchmarks.queue.server import empty, running_server
from deploy.errors import CommandFailed

OUT = Path("build/bench-queue.json")
CLIENTS = (OURS, *PEERS)


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="make bench-queue", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="of which medians are taken")
    parser.add_argument("--jobs", type=int, default=4000, help="in each run; half with one slot")
    parser.add_argument("--seconds", type=int, default=8, help="of enqueueing at a steady rate")
    asked = parser.parse_args()
    try:
        _bench(asked.runs, Workload(jobs=asked.jobs, paced_s=asked.seconds))
    except CommandFailed as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _bench(runs: int, workload: Workload) -> None:
    for client in CLIENTS:
        python_for(client)
    with running_server() as url:
        clients, aside = _measure_in_turns(url, runs, workload)
        empty(url)
        claims_ms = asyncio.run(claim_times(url))
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(rows(clients, claims_ms), indent=2) + "\n")
    _say(f"\nMedians of {runs} runs:\n\n{tables(clients, claims_ms)}\n\n{bars(clients, claims_ms)}")
    _say(f"{PREFETCHING.name}: {aside:.0f} jobs/s with 1 slot")
    _say(f"(written to {OUT})")


def _measure_in_turns(
    url: str, runs: int, workload: Workload
) -> tuple[dict[Client, Figures], float]:
    """Let the clients take turns, each run beginning with another, so that noise hits all."""
    measured: dict[Client, list[Figures]] = {client: [] for client in CLIENTS}
    aside: list[float] = []
    for run in range(runs):
        first = run % len(CLIENTS)
        for client in (*CLIENTS[first:], *CLIENTS[:first]):
            figures = measure(client, url, workload)
            measured[client].append(figures)
            _say(
                f"run {run + 1}  {client.name:12}  {figures.drain1_per_s:.0f} jobs/s with one slot"
            )
        aside.append(drain_with_one_slot(PREFETCHING, url, workload))
    return {client: medians(figures) for client, figures in measured.items()}, median(aside)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
