"""What is printed and written: medians, and whether each bar holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from statistics import median

from benchmarks.queue.environments import OURS, PEERS, Client
from benchmarks.queue.measure import Figures
from deploy.tables import table

START_BAR = 1.25
DEPTH_BAR = 1.5


def medians(runs: Sequence[Figures]) -> Figures:
    """Take the median of each figure."""
    names = [field.name for field in fields(Figures)]
    return Figures(**{name: median(getattr(run, name) for run in runs) for name in names})


Row = dict[str, object]


def rows(clients: Mapping[Client, Figures], claims_ms: Mapping[int, float]) -> list[Row]:
    """Lay the figures out as JSON rows."""
    of_clients = [{"client": client.name, **_rounded(clients[client])} for client in clients]
    of_depths = [
        {"queued": queued, "claim_p50_ms": round(claim_ms, 3)}
        for queued, claim_ms in claims_ms.items()
    ]
    return [*of_clients, *of_depths]


def _rounded(figures: Figures) -> Row:
    return {name: round(value, 2) for name, value in asdict(figures).items()}


def tables(clients: Mapping[Client, Figures], claims_ms: Mapping[int, float]) -> str:
    """Lay the figures out for reading."""
    head = ("client", "enqueue/s", "drain/s, 16 slots", "drain/s, 1", "start p50 ms", "p99 ms")
    by_client = table(head, [_cells(client, figures) for client, figures in clients.items()])
    depths = [(f"{queued:,}", f"{claim_ms:.2f}") for queued, claim_ms in claims_ms.items()]
    return f"{by_client}\n\n{table(('queued', 'claim p50 ms'), depths)}"


def _cells(client: Client, figures: Figures) -> Sequence[object]:
    return (
        client.name,
        round(figures.enqueue_per_s),
        round(figures.drain16_per_s),
        round(figures.drain1_per_s),
        f"{figures.start_p50_ms:.2f}",
        f"{figures.start_p99_ms:.2f}",
    )


def bars(clients: Mapping[Client, Figures], claims_ms: Mapping[int, float]) -> str:
    """Say which bars hold."""
    ours, peers = clients[OURS], [clients[peer] for peer in PEERS]
    drain = ours.drain1_per_s / max(peer.drain1_per_s for peer in peers)
    start = ours.start_p99_ms / min(peer.start_p99_ms for peer in peers)
    depth = claims_ms[max(claims_ms)] / claims_ms[min(claims_ms)]
    return "\n".join(
        (
            _bar(drain > 1, f"drain with 1 slot {drain:.2f}x the best library's (bar: over 1)"),
            _bar(
                start <= START_BAR,
                f"start p99 {start:.2f}x the best library's (bar: {START_BAR:g})",
            ),
            _bar(
                depth <= DEPTH_BAR,
                f"claim p50 with {max(claims_ms):,} queued {depth:.2f}x that with "
                f"{min(claims_ms):,} (bar: {DEPTH_BAR:g})",
            ),
        )
    )


def _bar(holds: bool, what: str) -> str:
    return f"{'holds ' if holds else 'MISSED'}  {what}"
