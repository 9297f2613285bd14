"""`make bench-telegram`: measure, print a table, write build/bench-telegram.json."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks.telegram.house import House, a_house
from benchmarks.telegram.load import Sent
from benchmarks.telegram.report import Row, as_json, aside, bars, by_kind, profile, row
from benchmarks.telegram.verdict import Shown, judge
from deploy.errors import CommandFailed

OUT = Path("build/bench-telegram.json")
_WARM_ASKS = 12
_WARM_S = 60.0
_DRAIN_S = 1200.0
_PATIENCE_S = 100.0
"""Longer than the bot waits for its turn to answer anything but an ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is done, for how long."""

    seconds: float
    rate: int
    webhook: bool = False
    profile: bool = False

    @property
    def pages(self) -> int:
        """How many people need effects to press: a quarter more than will ask, to leaf through."""
        return round(1.3 * (0.1 * self.rate * self.seconds + _WARM_ASKS)) + 5


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="make bench-telegram", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for which updates come")
    parser.add_argument("--rate", type=int, default=200, help="updates a second")
    parser.add_argument("--webhook", action="store_true", help="have updates brought, not fetched")
    parser.add_argument("--profile", action="store_true", help="say where the bot spends its time")
    plan = Plan(**vars(parser.parse_args()))
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
            figures = loop.run(bench(plan))
    except CommandFailed as error:
        sys.stderr.write(f"{error}\n")
        return 2
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([as_json(figures)], indent=2) + "\n")
    _say(f"\n{bars(figures)}\n(written to {OUT})")
    return 0


async def bench(plan: Plan) -> Row:
    """Run once.

    Raises:
        CommandFailed: something did not start or end.
    """
    options = ["--profile"] if plan.profile else []
    with tempfile.TemporaryDirectory() as name:
        async with a_house(
            Path(name), pages=plan.pages, webhook=plan.webhook, options=options
        ) as house:
            return await _measure(house, plan)


async def _measure(house: House, plan: Plan) -> Row:
    await _warm(house)
    before = len(house.load.sent)
    _say(f"{plan.rate} updates a second for {plan.seconds:g} s")
    begin = time.monotonic()
    await house.load.run(plan.rate, plan.seconds)
    _say(f"all sent; {house.unanswered():,} still wait for what Telegram lets the bot do")
    await house.drained(_DRAIN_S, _PATIENCE_S)
    took_s = time.monotonic() - begin
    _say(f"all is over after {took_s:.0f} s")
    stamps = await house.end()
    sent: list[Sent] = house.load.sent[before:]
    verdict = judge(sent, Shown.in_chats(house.telegram), stamps.dropped)
    _say(f"\n{by_kind(sent, stamps, verdict)}\n\n{aside(sent, stamps, took_s)}")
    if plan.profile:
        _say(f"\n{profile(stamps)}")
    return row(sent, stamps, verdict)


async def _warm(house: House) -> None:
    """Wait until everything has been done once, and there are clips to press buttons under."""
    for _ in range(_WARM_ASKS):
        house.load.pick()

    async def all_are_answered() -> bool:
        return not house.unanswered()

    await house.until(all_are_answered, _WARM_S, "the first asks are not answered")
    house.load.warm_up()
    await house.until(all_are_answered, _WARM_S, "the first updates are not answered")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
