"""What people do: so many things a second, one in ten of them an ask for a clip."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from benchmarks.chat.effects import OFFER, TITLES
from benchmarks.chat.pacing import Act, keep_pace, mixed
from benchmarks.chat.worker_process import a_picture
from benchmarks.telegram.crowd import BOT, Crowd, Page
from bots.chat import job_id
from bots.telegram_bot.where import message_id
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.job import JobId
from tests.fakes.telegram import Chat, Message, Person
from tests.fakes.telegram.asking import ask_inline
from tests.fakes.telegram.queries import InlineQuery, Press

_PICTURE = a_picture()
_MORE = Talk(Texts.of("en")).more_effects()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An update, and what its sender waits for: a clip, words, or that a press or query ends.

    Attributes:
        update: its number; none if Telegram itself had the answer.
        at: when, in monotonic seconds.
        job: of an ask.
        said: of what is to be answered with words.
    """

    update: int | None
    kind: str
    at: float
    job: JobId | None = None
    said: Message | None = None
    press: Press | None = None
    query: InlineQuery | None = None


@dataclass(slots=True)
class Load:
    """A crowd at work; the same one does the same.

    Attributes:
        sent: everything so far.
        updates: how many of it Telegram brings to the bot.
        clips: messages that became clips or soon will, and whose they are.
    """

    crowd: Crowd
    sent: list[Sent] = field(default_factory=list[Sent])
    updates: int = 0
    clips: list[Page] = field(default_factory=list[Page])
    leafed: list[Page] = field(default_factory=list[Page])
    pages: list[Page] = field(default_factory=list[Page])

    def __post_init__(self) -> None:
        leafed = max(1, len(self.crowd.pages) // 5)
        self.leafed, self.pages = self.crowd.pages[:leafed], self.crowd.pages[leafed:]

    async def run(self, rate: int, seconds: float) -> None:
        """Do something `rate` times a second, however long the bot takes.

        What Telegram answers by itself comes on top: only updates count.
        """
        enough = self.updates + round(rate * seconds)
        await keep_pace(self._mix(), rate, lambda: self.updates == enough)

    def warm_up(self) -> None:
        """Do everything once: a first prompt, for one, takes longer than those that follow."""
        for act in dict.fromkeys(self._mix()):
            act()

    def _mix(self) -> list[Act]:
        """List a hundred acts, in an order of no meaning."""
        shares: dict[Act, int] = {
            self.pick: 9,
            self.details: 30,
            self.inline: 20,
            self.chat_on: 25,
            self.start: 3,
            self.help: 3,
            self.effects: 2,
            self.leaf: 3,
            self.words: 2,
            self.mention: 2,
            self.photo: 1,
        }
        return mixed(shares, self.crowd.chance)

    def pick(self) -> None:
        """Press an effect for a photo that was sent before."""
        page = self.pages.pop()
        card = self.crowd.chance.choice(OFFER.effects[:12])
        self.crowd.telegram.tap(page.person, page.message, card.title["en"])
        self._note("ask, by a button", job=job_id(BOT, "draft", page.draft, card.id, "1"))
        self.clips.append(page)

    def photo(self) -> None:
        """Send a photo with the name of an effect, or name one in reply to a photo."""
        chat, person = self.crowd.somebody()
        if chat in self.crowd.greetings:
            shown = chat.send_photo(self.crowd.member(chat), _PICTURE)
            said = chat.write(person, f"/effect@{self._name} robot", reply_to=shown)
        else:
            said = chat.send_photo(person, _PICTURE, caption="robot")
        self._note("ask, with a photo", job=job_id(BOT, message_id(chat.id, said.id)))

    def details(self) -> None:
        """Press a button under a clip."""
        page = self.crowd.chance.choice([page for page in self.clips if page.message.video])
        press = self.crowd.telegram.tap(page.person, page.message, "Details")
        self._note("press of Details", press=press)

    def leaf(self) -> None:
        """Turn a page of effects."""
        page = self.crowd.chance.choice(self.leafed)
        press = self.crowd.telegram.tap(page.person, page.message, _MORE)
        self._note("press of More", press=press)

    def inline(self) -> None:
        """Write the bot's name in any chat."""
        _, person = self.crowd.somebody()
        words = self.crowd.chance.choice(TITLES).lower()
        query = ask_inline(self.crowd.telegram.world, person, words, "", None)
        self._note("inline query", query=query)

    def chat_on(self) -> None:
        """Reply to the bot, but talk to each other."""
        group = self.crowd.chance.choice(self.crowd.groups)
        greeting = self.crowd.greetings[group]
        group.write(self.crowd.member(group), "who added this?", reply_to=greeting)
        self._note("reply, not to us")

    def start(self) -> None:
        """Say /start."""
        self._say(*self.crowd.alone(), "/start")

    def help(self) -> None:
        """Say /help."""
        self._command("/help")

    def effects(self) -> None:
        """Say /effects."""
        self._command("/effects")

    def words(self) -> None:
        """Say something that is no command."""
        chat, person = self.crowd.alone()
        self._note("words", said=chat.write(person, "make me look like an old king"))

    def mention(self) -> None:
        """Mention the bot in a group."""
        group = self.crowd.chance.choice(self.crowd.groups)
        said = group.write(self.crowd.member(group), f"@{self._name} what can you do?")
        self._note("mention", said=said)

    def _command(self, command: str) -> None:
        chat, person = self.crowd.somebody()
        named = f"{command}@{self._name}" if chat in self.crowd.greetings else command
        self._say(chat, person, named)

    def _say(self, chat: Chat, person: Person, command: str) -> None:
        self._note(command.partition("@")[0], said=chat.write(person, command))

    @property
    def _name(self) -> str:
        return self.crowd.telegram.bot.username or ""

    def _note(
        self,
        kind: str,
        *,
        job: JobId | None = None,
        said: Message | None = None,
        press: Press | None = None,
        query: InlineQuery | None = None,
    ) -> None:
        """Note what has just been done."""
        answered = query is not None and query.answer is not None
        pending = self.crowd.telegram.world.updates.pending
        self.updates += not answered
        self.sent.append(
            Sent(
                update=None if answered else pending[-1]["update_id"],
                kind=kind,
                at=time.monotonic(),
                job=job,
                said=said,
                press=press,
                query=query,
            )
        )
