"""Who uses the bot, and where: private chats and groups, with things of the bot's to be pressed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime

from benchmarks.chat.effects import OFFER
from benchmarks.chat.worker_process import a_picture
from bots.chat import PersonId
from bots.desk.asking import EFFECT, draft_id
from bots.desk.keys import effect_page
from bots.store.drafts import Draft, Drafts
from bots.store.photos import Photos
from bots.telegram_bot.keyboards import Keyboards
from bots.telegram_bot.where import person_of, place_of, where_in
from bots.texts.texts import Texts
from engine.jobs.media.store import MediaStore, photo_key
from tests.fakes.telegram import Chat, FakeTelegram, Message, Person
from tests.fakes.telegram.messages import Content

BOT = "telegram"
PRIVATE, GROUPS, MEMBERS = 2600, 400, 6
"""5,000 people in 3,000 chats."""
MOST_OFFERED = 12
KEYBOARDS = Keyboards(link="https://t.me/zoetrope_bot", has_inline_mode=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Page:
    """A message that offers effects for the photo of a draft."""

    draft: str
    person: Person
    message: Message


@dataclass(slots=True, kw_only=True)
class Crowd:
    """Everybody.

    Attributes:
        private: chats of one person with the bot.
        groups: chats of several; `greetings` are the bot's words there.
        pages: each for one ask, or for leafing through.
    """

    telegram: FakeTelegram
    chance: random.Random
    private: list[Chat] = field(default_factory=list[Chat])
    groups: list[Chat] = field(default_factory=list[Chat])
    greetings: dict[Chat, Message] = field(default_factory=dict[Chat, Message])
    pages: list[Page] = field(default_factory=list[Page])

    @classmethod
    def of(cls, telegram: FakeTelegram, seed: int = 7) -> Crowd:
        """Let everybody join Telegram."""
        crowd = cls(telegram=telegram, chance=random.Random(seed))
        for number in range(PRIVATE):
            crowd.private.append(telegram.private(telegram.person(f"Person {number}")))
        for number in range(GROUPS):
            members = [telegram.person(f"Member {number}.{each}") for each in range(MEMBERS)]
            group = telegram.supergroup(f"Group {number}", members=members)
            crowd.groups.append(group)
            crowd.greetings[group] = crowd.show(group, Content(words="Hello."))
        return crowd

    def show(self, chat: Chat, content: Content) -> Message:
        """Have the bot say something that it said long ago."""
        world = self.telegram.world
        return world.said(world.new(chat, self.telegram.bot, content))

    async def draft(self, pages: int, drafts: Drafts, photos: Photos, media: MediaStore) -> None:
        """Give some people a photo that the bot has, and effects to choose from for it."""
        now, picture, keys = datetime.now(UTC), a_picture(), OFFER.effects
        for chat in self.private[:pages]:
            person, key = _person(chat), photo_key()
            draft = Draft(
                id=draft_id(BOT, str(chat.id), "before"),
                bot=BOT,
                person=person_of(person.id, "en").id,
                place=place_of(chat.id),
                photos=(key,),
                needs=EFFECT,
                where=where_in(chat.id).saved(),
                created=now,
            )
            await photos.add(key, PersonId(draft.person), width=160, height=160, now=now)
            await media.put(key, picture)
            await drafts.put(draft)
            rows = effect_page(draft.id, keys, Texts.of("en"), most=MOST_OFFERED)
            markup = KEYBOARDS.drawn(rows)
            assert markup is not None
            shown = Content(words="Which effect?", markup=markup.to_dict())
            message = self.show(chat, shown)
            self.pages.append(Page(draft=draft.id, person=person, message=message))

    def somebody(self) -> tuple[Chat, Person]:
        """Pick a person who has no photo, in a chat of theirs."""
        if self.chance.random() < 0.5:
            chat = self.chance.choice(self.groups)
            return chat, self.member(chat)
        return self.alone()

    def alone(self) -> tuple[Chat, Person]:
        """Pick a person who has no photo, in their private chat."""
        chat = self.private[self.chance.randrange(len(self.pages), len(self.private))]
        return chat, _person(chat)

    def member(self, group: Chat) -> Person:
        """Pick one of a group."""
        people = [person for person in group.status if not person.is_bot]
        return self.chance.choice(people)


def _person(chat: Chat) -> Person:
    assert chat.person is not None
    return chat.person
