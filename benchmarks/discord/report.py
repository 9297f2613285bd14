"""What is printed of a run: a table by kind, and what else there is to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.chat.report import both, photos_and_processor
from benchmarks.chat.stamps import Stamps, percentile
from benchmarks.chat.verdict import Verdict
from benchmarks.discord.load import Sent
from deploy.tables import table


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long acknowledging took, from the gateway's writing of an interaction.

    Attributes:
        written: when it did that, by the interaction's number.
        stamps: what the bot noted.
    """

    written: Mapping[int, float]
    stamps: Stamps

    def own_ms(self, sent: Iterable[Sent]) -> list[float]:
        """Say how long until the bot handed the acknowledgement to the network.

        What Discord needs to take it in does not count.
        """
        return self._until(sent, self.stamps.handed)

    def told_ms(self, sent: Iterable[Sent]) -> list[float]:
        """Say how long until the bot had read the interaction, which is in `own_ms`."""
        return self._until(sent, self.stamps.arrived)

    def acknowledged_ms(self, sent: Iterable[Sent]) -> list[float]:
        """Say how long until Discord had taken the acknowledgement in."""
        taken = {
            each.interaction.id: each.interaction.sent + each.interaction.acknowledged_s
            for each in sent
            if each.interaction.acknowledged_s is not None
        }
        return self._until(sent, taken)

    def _until(self, sent: Iterable[Sent], ends: Mapping[int, float]) -> list[float]:
        numbers = [each.interaction.id for each in sent]
        return [
            (ends[number] - self.written[number]) * 1000
            for number in numbers
            if number in ends and number in self.written
        ]


def by_kind(sent: Sequence[Sent], times: Times, verdict: Verdict) -> str:
    """Lay out what each kind of interaction took and came to."""
    head = ("kind", "interactions", "own p50 ms", "p99 ms", "ack p50 ms", "p99 ms")
    rows: list[Sequence[object]] = []
    for kind in dict.fromkeys(each.kind for each in sent):
        of_kind = [each for each in sent if each.kind == kind]
        figures = (*both(times.own_ms(of_kind)), *both(times.acknowledged_ms(of_kind)))
        counts = (verdict.lost[kind], verdict.doubled[kind], verdict.dropped[kind])
        rows.append((kind, len(of_kind), *figures, *counts))
    return table((*head, "lost", "doubled", "dropped"), rows)


def aside(sent: Sequence[Sent], times: Times, took_s: float, too_many: int) -> str:
    """Say what else there is to know; `too_many` is how many calls Discord refused."""
    told, taken = both(times.told_ms(sent)), both(times.acknowledged_ms(sent))
    results = list(times.stamps.result_ms.values())
    return "\n".join(
        (
            f"told: until the bot has read it, in our own part: p50 {told[0]} ms, p99 {told[1]} ms",
            f"ack: until Discord, which shares the machine, has taken the acknowledgement in: "
            f"p50 {taken[0]} ms, p99 {taken[1]} ms",
            f"result: from a clip's being made to the edit that shows it: "
            f"p50 {percentile(results, 0.5):.0f} ms, p99 {percentile(results, 0.99):.0f} ms",
            f"calls that Discord refused as too many: {too_many}",
            *photos_and_processor(times.stamps, took_s),
        )
    )
