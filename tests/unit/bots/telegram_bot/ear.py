"""What the bot hears of a fake Telegram that nobody serves."""

from __future__ import annotations

import io
from dataclasses import dataclass

import telegram as library
from PIL import Image

from bots.desk.events import Said
from bots.telegram_api.opening import open_bot
from bots.telegram_bot.events import Event
from bots.telegram_bot.reading import Reader
from tests.fakes.telegram import Chat, FakeTelegram, Message
from tests.fakes.telegram.errors import Json
from tests.fakes.telegram.messages import Content

_KEYS = {"inline_keyboard": [[{"text": "Robot", "callback_data": "1:again:job"}]]}


@dataclass(frozen=True, slots=True)
class Ear:
    """Reads the updates that a fake Telegram has for the bot."""

    telegram: FakeTelegram
    bot: library.Bot
    me: library.User
    reader: Reader

    @classmethod
    def to(cls, telegram: FakeTelegram) -> Ear:
        bot = open_bot(telegram.token, telegram.url or "http://127.0.0.1:1")
        me = library.User.de_json(telegram.bot.json(), bot)
        return cls(telegram, bot, me, Reader(bot, me))

    @property
    def updates(self) -> list[Json]:
        return self.telegram.world.updates.pending

    @property
    def events(self) -> list[Event | None]:
        """All there was so far, in order."""
        return [self.reader.read(update) for update in self.updates]

    @property
    def last(self) -> Event | None:
        return self.events[-1]

    @property
    def said(self) -> Said:
        """What was said last, to us."""
        last = self.last
        assert isinstance(last, Said), last
        return last

    @property
    def message(self) -> library.Message:
        """The last message, as the library has it."""
        message = library.Update.de_json(self.updates[-1], self.bot).message
        assert message is not None
        return message


def from_bot(chat: Chat, content: Content | None = None) -> Message:
    """Show something of the bot's own in a chat: a text with one key, if not told otherwise."""
    world = chat.world
    message = world.new(chat, world.bot, content or Content(words="Pick one", markup=_KEYS))
    chat.log.append(message)
    return message


def a_jpeg(width: int = 400, height: int = 300) -> bytes:
    """A picture of nothing."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, "JPEG")
    return written.getvalue()
