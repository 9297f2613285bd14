"""`make bench-discord`: measure, print a table, write build/bench-discord.json."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chat.command import parser, run, say
from benchmarks.chat.report import Bar, Row, bars, profile, row
from benchmarks.discord.house import DiscordHouse, a_house
from benchmarks.discord.report import Times, aside, by_kind
from benchmarks.discord.verdict import Shown, judge

INTERACTIONS_BAR = 6_000
OWN_BAR_MS = 100.0
OUT = Path("build/bench-discord.json")
_WARM_ASKS = 20
_WARM_S = 60.0
_DRAIN_S = 1200.0
_PATIENCE_S = 100.0
"""Longer than the bot waits for its turn to answer anything but an ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is done, for how long."""

    seconds: float
    rate: int
    profile: bool = False


def main() -> int:
    """Run the benchmark."""
    options = parser("make bench-discord", __doc__, rate=100, what="interactions")
    return run(bench(Plan(**vars(options.parse_args()))), checked, OUT)


def checked(figures: Row) -> list[Bar]:
    """Say which bars hold."""
    return bars(
        figures,
        updates=INTERACTIONS_BAR,
        own_ms=OWN_BAR_MS,
        what="interactions",
        of="an acknowledgement",
    )


async def bench(plan: Plan) -> Row:
    """Run once.

    Raises:
        CommandFailed: something did not start or end.
    """
    options = ["--profile"] if plan.profile else []
    with tempfile.TemporaryDirectory() as name:
        async with a_house(Path(name), options) as house:
            return await _measure(house, plan)


async def _measure(house: DiscordHouse, plan: Plan) -> Row:
    await _warm(house)
    before = len(house.load.sent)
    say(f"{plan.rate} interactions a second for {plan.seconds:g} s")
    begin = time.monotonic()
    await house.load.run(plan.rate, plan.seconds)
    say(f"all sent; {house.unanswered():,} still wait for a photo to be cleaned or a clip shown")
    await house.drained(_DRAIN_S, _PATIENCE_S)
    took_s = time.monotonic() - begin
    say(f"all is over after {took_s:.0f} s")
    stamps = await house.end()
    sent = house.load.sent[before:]
    times = Times(written=house.written, stamps=stamps)
    verdict = judge(sent, Shown.in_channels(house.discord), stamps.dropped)
    say(f"\n{by_kind(sent, times, verdict)}\n")
    say(aside(sent, times, took_s, house.discord.too_many))
    if plan.profile:
        say(f"\n{profile(stamps)}")
    return row(times.own_ms(sent), stamps, verdict)


async def _warm(house: DiscordHouse) -> None:
    """Wait until everything has been done once, and there are clips to press buttons under."""
    for _ in range(_WARM_ASKS):
        house.load.ask()
    await house.all_answered(_WARM_S, "the first asks are not answered")
    house.load.warm_up()
    await house.all_answered(_WARM_S, "the first interactions are not answered")


if __name__ == "__main__":
    sys.exit(main())
