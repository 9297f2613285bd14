"""`make bench-telegram`: measure, print a table, write build/bench-telegram.json."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chat.command import parser, run, say
from benchmarks.chat.report import Bar, Row, bars, profile, row
from benchmarks.telegram.house import TelegramHouse, a_house
from benchmarks.telegram.load import Sent
from benchmarks.telegram.report import aside, by_kind, own_ms
from benchmarks.telegram.verdict import Shown, judge

UPDATES_BAR = 12_000
OWN_BAR_MS = 50.0
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
    options = parser("make bench-telegram", __doc__, rate=200, what="updates")
    options.add_argument("--webhook", action="store_true", help="have updates brought, not fetched")
    return run(bench(Plan(**vars(options.parse_args()))), checked, OUT)


def checked(figures: Row) -> list[Bar]:
    """Say which bars hold."""
    return bars(figures, updates=UPDATES_BAR, own_ms=OWN_BAR_MS)


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


async def _measure(house: TelegramHouse, plan: Plan) -> Row:
    await _warm(house)
    before = len(house.load.sent)
    say(f"{plan.rate} updates a second for {plan.seconds:g} s")
    begin = time.monotonic()
    await house.load.run(plan.rate, plan.seconds)
    say(f"all sent; {house.unanswered():,} still wait for what Telegram lets the bot do")
    await house.drained(_DRAIN_S, _PATIENCE_S)
    took_s = time.monotonic() - begin
    say(f"all is over after {took_s:.0f} s")
    stamps = await house.end()
    sent: list[Sent] = house.load.sent[before:]
    verdict = judge(sent, Shown.in_chats(house.telegram), stamps.dropped)
    say(f"\n{by_kind(sent, stamps, verdict)}\n\n{aside(sent, stamps, took_s)}")
    if plan.profile:
        say(f"\n{profile(stamps)}")
    return row(own_ms(sent, stamps), stamps, verdict)


async def _warm(house: TelegramHouse) -> None:
    """Wait until everything has been done once, and there are clips to press buttons under."""
    for _ in range(_WARM_ASKS):
        house.load.pick()
    await house.all_answered(_WARM_S, "the first asks are not answered")
    house.load.warm_up()
    await house.all_answered(_WARM_S, "the first updates are not answered")


if __name__ == "__main__":
    sys.exit(main())
