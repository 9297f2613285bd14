"""What became of everything that was sent, as Discord shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from benchmarks.chat.verdict import Fate, Verdict, count_up, jobs_of
from benchmarks.discord.load import Sent
from engine.jobs.job import JobId
from tests.fakes.discord import FakeDiscord


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How many messages show the clip of each job."""

    clips: Counter[JobId]

    @classmethod
    def in_channels(cls, discord: FakeDiscord) -> Shown:
        """Look into all channels."""
        clips = Counter[JobId]()
        for channel in discord.world.channels.values():
            for message in channel.log.values():
                if message.content_now.attachments and not message.deleted:
                    clips.update(jobs_of(button.custom_id for button in message.buttons))
        return cls(clips=clips)

    def times(self, sent: Sent) -> int:
        """Say how often what was sent has been answered."""
        if sent.interaction.acknowledged_s is None:
            return 0
        if sent.job is not None:
            return self.clips[sent.job]
        return int(sent.is_answered) + len(sent.interaction.followups)


def judge(sent: Iterable[Sent], shown: Shown, dropped: Collection[int]) -> Verdict:
    """Count by kind; neither an ask nor what was not acknowledged has an excuse."""
    return count_up((_fate(each, shown) for each in sent), dropped)


def _fate(sent: Sent, shown: Shown) -> Fate:
    interaction = sent.interaction
    may_be_dropped = sent.job is None and interaction.acknowledged_s is not None
    return Fate(
        kind=sent.kind,
        times=shown.times(sent),
        update=interaction.id if may_be_dropped else None,
    )
