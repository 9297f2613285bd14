"""The waits under each policy as a picture, for light and dark pages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

from benchmarks.schedule.figures import Day

WIDTH, ROW, TOP = 760, 44, 64
LEFT, PLOT, BARS = 96, 460, 130
"""Columns: names, waits on a logarithmic scale, seconds lost to switching."""

TICKS = {
    10: "10 s",
    30: "30 s",
    60: "1 min",
    300: "5 min",
    900: "15 min",
    3600: "1 h",
    10800: "3 h",
}
SHORTEST_S, LONGEST_S = 10.0, 10800.0
MOST_SWITCHING = 20.0

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .quiet { font-size: 11px; fill: #6e7781 }
  .ours { font-weight: 600 }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .light { stroke: #009e73; fill: #009e73 }
  .paid { fill: #0072b2 }
  .challenge { fill: #d55e00 }
  .switching { fill: #afb8c1 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .quiet { fill: #8b949e }
    .grid { stroke: #30363d }
    .light { stroke: #3fb98f; fill: #3fb98f }
    .paid { fill: #56b4e9 }
    .challenge { fill: #f0883e }
    .switching { fill: #57606a }
  }
"""


def plot(days: Mapping[str, Day]) -> str:
    """Draw a row for each policy."""
    height = TOP + ROW * len(days) + 34
    body = [*_legend(), *_grid(height - 34)]
    for i, (name, day) in enumerate(days.items()):
        body += _row(name, day, TOP + ROW * i + ROW / 2)
    lines = "\n".join(f"  {line}" for line in body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' aria-label="Waits under each policy">\n<style>{STYLE}</style>\n{lines}\n</svg>\n'
    )


def _legend() -> Iterator[str]:
    yield _dot("paid", LEFT + 6, 20)
    yield _text("paid p95", LEFT + 18, 24)
    yield _diamond("challenge", LEFT + 106, 20)
    yield _text("challenge p95", LEFT + 118, 24)
    yield _span(LEFT + 226, LEFT + 236, LEFT + 262, 20)
    yield _text("free, light: p50, p95 to p99", LEFT + 272, 24)
    yield _text("lost to switching", LEFT + PLOT + 40, 24)


def _grid(bottom: float) -> Iterator[str]:
    for seconds, label in TICKS.items():
        x = _x(seconds)
        yield f'<line class="grid" x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{bottom}"/>'
        yield _text(label, x, bottom + 18, "quiet", "middle")


def _row(name: str, day: Day, y: float) -> Iterator[str]:
    light, switching = day.waits["light"], BARS * day.switch_pct / MOST_SWITCHING
    yield _text(name, LEFT - 16, y + 4, "ours" if name == "zoetrope" else "", "end")
    yield _span(_x(light.p50_s), _x(light.p95_s), _x(light.p99_s), y + 7)
    yield _dot("paid", _x(day.waits["paid"].p95_s), y - 7)
    yield _diamond("challenge", _x(day.waits["challenge"].p95_s), y - 7)
    x = LEFT + PLOT + 40
    yield (
        f'<rect class="switching" x="{x}" y="{y - 7:.1f}" width="{switching:.1f}" height="14"'
        ' rx="2"/>'
    )
    yield _text(f"{day.switch_pct:.1f} %", x + switching + 6, y + 4, "quiet")


def _x(seconds: float) -> float:
    """Place a wait on the logarithmic scale, shorter and longer ones at its ends."""
    within = min(max(seconds, SHORTEST_S), LONGEST_S)
    return LEFT + PLOT * math.log(within / SHORTEST_S) / math.log(LONGEST_S / SHORTEST_S)


def _dot(kind: str, x: float, y: float) -> str:
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'


def _diamond(kind: str, x: float, y: float) -> str:
    return (
        f'<rect class="{kind}" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"'
        f' transform="rotate(45 {x:.1f} {y:.1f})"/>'
    )


def _span(p50: float, p95: float, p99: float, y: float) -> str:
    """Draw a ring at the median, a thin line from there, and a thick one from p95 to p99."""
    return (
        f'<g class="light"><line x1="{p50:.1f}" y1="{y}" x2="{p95:.1f}" y2="{y}"'
        f' stroke-width="1.5" stroke-opacity="0.6"/><line x1="{p95:.1f}" y1="{y}" x2="{p99:.1f}"'
        f' y2="{y}" stroke-width="6" stroke-linecap="round"/><circle cx="{p50:.1f}" cy="{y}"'
        ' r="4.5"/></g>'
    )


def _text(words: str, x: float, y: float, kind: str = "", anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {place}>{escape(words)}</text>'
