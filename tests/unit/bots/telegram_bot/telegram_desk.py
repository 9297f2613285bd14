"""Everything behind the reception of a Telegram bot, for tests that ask it directly."""

from __future__ import annotations

from pathlib import Path

from bots.delivery.budget import Budget
from bots.desk.desk import Desk
from bots.desk.wiring import open_desk
from bots.settings import BotSettings
from bots.telegram_api.wire import Wire
from bots.telegram_bot import app
from bots.telegram_bot.desk import Greeting
from bots.telegram_bot.platform import TelegramPlatform
from tests.house import House
from tests.unit.bots.telegram_bot.ear import Ear


def a_desk(house: House, ear: Ear, folder: Path) -> Desk:
    """Put a desk together as the bot does."""
    settings = BotSettings(_env_file=None, data=folder)  # pyright: ignore[reportCallIssue]
    services, wire = house.services, Wire(ear.bot)
    chat = app._chat(wire, ear.me, services, settings)
    return open_desk(
        TelegramPlatform(wire=wire, chat=chat),
        services.delivery(chat),
        Budget(),
        services,
        settings,
        lambda asking: Greeting(asking=asking, name="zoetrope_bot").commands(),
    )
