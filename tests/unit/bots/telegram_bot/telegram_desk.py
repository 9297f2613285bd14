"""Everything behind the reception of a Telegram bot, for tests that ask it directly."""

from __future__ import annotations

from pathlib import Path

from bots.delivery.budget import Budget
from bots.settings import BotSettings
from bots.telegram_bot import app
from bots.telegram_bot.asking import Asking
from bots.telegram_bot.desk import Desk
from bots.telegram_bot.replies import Replies
from bots.telegram_bot.wire import Wire
from tests.house import House
from tests.unit.bots.telegram_bot.ear import Ear


def a_desk(house: House, ear: Ear, folder: Path) -> Desk:
    """Put a desk together as the bot does."""
    settings = BotSettings(_env_file=None, data=folder)  # pyright: ignore[reportCallIssue]
    services, wire = house.services, Wire(ear.bot)
    chat = app._chat(wire, ear.me, services, settings)
    asking = Asking(
        name=services.bot,
        studio=services.studio,
        delivery=services.delivery(chat),
        drafts=services.drafts,
        answers=services.answers,
        places=services.places,
        replies=Replies.over(wire, Budget()),
        wire=wire,
        chat=chat,
        now=services.now,
    )
    return app._desk(ear.bot, ear.me, asking, services, settings)
