"""What became of everything that was sent, as the chats show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.chat.verdict import Fate, Verdict, count_up, jobs_of
from benchmarks.telegram.load import Sent
from engine.jobs.job import JobId
from tests.fakes.telegram import Chat, FakeTelegram, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the chats show of the bot's: clips by job, and answers by what they answer."""

    clips: Counter[JobId]
    answers: Counter[tuple[int, int]]

    @classmethod
    def in_chats(cls, telegram: FakeTelegram) -> Shown:
        """Look into all chats."""
        clips, answers = Counter[JobId](), Counter[tuple[int, int]]()
        for chat in telegram.world.chats.values():
            for message in _of_bot(chat, telegram):
                if message.video is not None:
                    clips.update(_jobs(message))
                elif message.reply_to is not None:
                    answers[chat.id, message.reply_to.id] += 1
        return cls(clips=clips, answers=answers)

    def times(self, sent: Sent) -> int:
        """Say how often what was sent has been answered; once, if nothing was to come."""
        if sent.job is not None:
            return self.clips[sent.job]
        if sent.said is not None:
            return self.answers[sent.said.chat.id, sent.said.id]
        if sent.press is not None:
            return int(sent.press.answer is not None)
        return int(sent.query is None or sent.query.answer is not None)


def judge(sent: Iterable[Sent], shown: Shown, dropped: Iterable[int]) -> Verdict:
    """Count by kind; an ask has no excuse."""
    fates = (
        Fate(
            kind=each.kind,
            times=shown.times(each),
            update=each.update if each.job is None else None,
        )
        for each in sent
    )
    return count_up(fates, set(dropped))


def _of_bot(chat: Chat, telegram: FakeTelegram) -> list[Message]:
    return [it for it in chat.log if not it.deleted and it.by is telegram.bot]


def _jobs(message: Message) -> set[JobId]:
    return jobs_of(button.data for row in message.buttons for button in row)
