"""What people do: so many interactions a second, more than half of them an ask with a photo."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from benchmarks.chat.effects import TITLES
from benchmarks.chat.pacing import Act, keep_pace, mixed
from benchmarks.chat.worker_process import a_picture
from benchmarks.discord.crowd import Crowd
from bots.chat import job_id
from bots.discord_api.names import PLATFORM
from engine.jobs.job import JobId
from tests.fakes.discord import Interaction, Message, Person, Upload, asking
from tests.fakes.discord.world import World

_PHOTO = Upload(name="photo.jpg", data=a_picture())
_BEGUN = 2
"""Letters of an effect's name, after which people look at what is suggested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An interaction; `job` is what is to be made, if it is an ask."""

    kind: str
    interaction: Interaction
    job: JobId | None = None

    @property
    def clip(self) -> Message | None:
        """The message that it was answered with, once that is a clip."""
        shown = self.interaction.original
        is_clip = self.job is not None and shown is not None and shown.content_now.attachments
        return shown if is_clip else None

    @property
    def is_answered(self) -> bool:
        """Whether its sender waits for nothing any more."""
        if self.interaction.acknowledged_s is None:
            return False
        if self.job is not None:
            return self.clip is not None
        shown = self.interaction.original
        return shown is None or not shown.is_loading


@dataclass(slots=True)
class Load:
    """A crowd at work; the same one does the same, except to which of the clips there are.

    Attributes:
        sent: everything so far.
        awaited: asks whose clips were not there yet.
        made: asks whose clips are, the one whose button was pressed last at the end.
    """

    crowd: Crowd
    sent: list[Sent] = field(default_factory=list[Sent])
    awaited: list[Sent] = field(default_factory=list[Sent])
    made: deque[Sent] = field(default_factory=deque[Sent])

    async def run(self, rate: int, seconds: float) -> None:
        """Do something `rate` times a second, however long the bot takes."""
        enough = len(self.sent) + round(rate * seconds)
        await keep_pace(self._mix(), rate, lambda: len(self.sent) == enough)

    def warm_up(self) -> None:
        """Do everything once."""
        for act in dict.fromkeys(self._mix()):
            act()

    def _mix(self) -> list[Act]:
        shares: dict[Act, int] = {
            self.ask: 52,
            self.begin_to_write: 25,
            self.details: 10,
            self.again: 6,
            self.jobs: 7,
        }
        return mixed(shares, self.crowd.chance)

    def ask(self) -> None:
        """Ask for an effect of a photo."""
        title = self.crowd.chance.choice(TITLES)
        self._ask("/effect, with a photo", self._slash("effect", photo=_PHOTO, effect=title))

    def begin_to_write(self) -> None:
        """Begin to write the name of an effect."""
        begun = self.crowd.chance.choice(TITLES)[:_BEGUN].lower()
        self._note("suggestions", self._slash("effect", focused="effect", effect=begun))

    def jobs(self) -> None:
        """See what one has asked for."""
        self._note("/jobs", self._slash("jobs"))

    def details(self) -> None:
        """See how somebody's clip was made."""
        clip = self._a_clip()[1]
        who = self.crowd.neighbour(clip.channel)
        self._note("press of Details", asking.press(self._world, who, clip, "Details"))

    def again(self) -> None:
        """Have a clip of one's own made once more."""
        who, clip = self._a_clip()
        self._ask("press of Again", asking.press(self._world, who, clip, "Again"), "press")

    @property
    def _world(self) -> World:
        return self.crowd.discord.world

    def _slash(self, command: str, focused: str = "", **options: object) -> Interaction:
        who, channel = next(self.crowd.turns)
        return asking.slash(self._world, who, channel, command, options, focused=focused)

    def _a_clip(self) -> tuple[Person, Message]:
        """Find the clip whose buttons were pressed longest ago, and who asked for it."""
        self.made.extendleft(sent for sent in self.awaited if sent.clip is not None)
        self.awaited = [sent for sent in self.awaited if sent.clip is None]
        sent = self.made.popleft()
        self.made.append(sent)
        assert sent.clip is not None
        return sent.interaction.who, sent.clip

    def _ask(self, kind: str, interaction: Interaction, *named: str) -> None:
        """Note an ask, whose job the bot names after the interaction."""
        self._note(kind, interaction, job_id(PLATFORM, *named, str(interaction.id)))
        self.awaited.append(self.sent[-1])

    def _note(self, kind: str, interaction: Interaction, job: JobId | None = None) -> None:
        self.sent.append(Sent(kind=kind, interaction=interaction, job=job))
