"""A Telegram for tests: a Bot API server on loopback, and the people who use the bot.

    async with FakeTelegram.running() as telegram:
        bot = Bot(telegram.token, telegram.base_url, telegram.base_file_url)
        ann = telegram.person("Ann", language="zh-hans")
        chat = telegram.private(ann)
        chat.send_photo(ann, jpeg, caption="robot")  # the bot gets an update
        menu = await telegram.until(lambda: chat.from_bot and chat.last)
        answer = await telegram.press(ann, menu, "Again")  # text and alert, as Ann sees them
        assert menu.video and menu.labels == ["Again"]  # a message changes as it is edited

`fail`, `delay`, `hold`, `forbid` and `limit` let Telegram misbehave, `later` lets time pass, and
`requests` has what the bot asked. Errors to fail with are in `errors`, LOST is in `faults`.
"""

from tests.fakes.telegram.chats import Chat
from tests.fakes.telegram.messages import Message, Topic
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.queries import Answer, InlineAnswer, InlineResult
from tests.fakes.telegram.telegram import FakeTelegram

__all__ = [
    "Answer",
    "Chat",
    "FakeTelegram",
    "InlineAnswer",
    "InlineResult",
    "Message",
    "Person",
    "Topic",
]
