"""The command line of a benchmark: what can be asked of it, and how it ends."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.chat.report import Bar, Row, as_json
from deploy.errors import CommandFailed

COULD_NOT, MISSED = 2, 1


def parser(prog: str, about: str | None, *, rate: int, what: str) -> argparse.ArgumentParser:
    """Make what reads a command line; what is sent is called `what`."""
    made = argparse.ArgumentParser(prog=prog, description=about)
    made.add_argument("--seconds", type=float, default=60, help=f"for which {what} come")
    made.add_argument("--rate", type=int, default=rate, help=f"{what} a second")
    made.add_argument("--profile", action="store_true", help="say where the bot spends its time")
    return made


def run(bench: Coroutine[Any, Any, Row], bars: Callable[[Row], Sequence[Bar]], out: Path) -> int:
    """Measure, write the row and say which bars hold; the exit status is 1 if one does not."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
            figures = loop.run(bench)
    except CommandFailed as error:
        sys.stderr.write(f"{error}\n")
        return COULD_NOT
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps([as_json(figures)], indent=2) + "\n")
    checked = bars(figures)
    lines = [f"{'holds ' if holds else 'MISSED'}  {what}" for holds, what in checked]
    say("\n" + "\n".join(lines) + f"\n(written to {out})")
    return 0 if all(holds for holds, _ in checked) else MISSED


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
