"""Telegram, as the desk needs it."""

from __future__ import annotations

from dataclasses import dataclass

from bots.chat import MessageId, Person, PersonId, ShownClip
from bots.desk.events import Picture, Pressed
from bots.desk.keys import Rows
from bots.desk.where import Where
from bots.errors import BotsError, ClipTooLarge
from bots.telegram_api.wire import Wire
from bots.telegram_bot.chat import TelegramChat
from bots.telegram_bot.where import (
    address_of,
    chat_of,
    message_id,
    private_with,
    sent_of,
    user_of,
)
from engine.jobs.errors import Refused
from engine.jobs.refusal import Refusal, RefusalCode

_SUPERGROUP = "-100"
MOST_BYTES = 20_000_000
"""What Telegram hands over of a file at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramPlatform:
    """The desk's port over the Bot API."""

    wire: Wire
    chat: TelegramChat
    page: int = 12
    window: int = 200

    async def say(self, where: Where, text: str, rows: Rows = ()) -> MessageId:
        """Send a message."""
        sent = await self.wire.say(address_of(where), text, self.chat.keyboards.drawn(rows))
        return message_id(chat_of(where.place), sent)

    async def edit(self, where: Where, message: MessageId, text: str, rows: Rows = ()) -> None:  # noqa: ARG002
        """Replace a message of ours."""
        await self.wire.edit_text(sent_of(message), text, self.chat.keyboards.drawn(rows))

    async def remove(self, where: Where, message: MessageId) -> None:  # noqa: ARG002
        """Take a message away."""
        await self.wire.delete(sent_of(message))

    async def answer(self, pressed: Pressed, text: str) -> None:
        """End the waiting circle on a pressed button, with a window for a text."""
        await self.wire.answer_press(pressed.query, text)

    async def tell(self, person: PersonId, text: str) -> None:
        """Say something to somebody in private."""
        await self.wire.say(address_of(private_with(person)), text)

    async def fetch(self, picture: Picture) -> bytes:
        """Get a picture that was sent."""
        too_large = Refused(Refusal(RefusalCode.PHOTO_TOO_MANY_BYTES, {"limit": MOST_BYTES}))
        if picture.bytes > MOST_BYTES:
            raise too_large
        try:
            return await self.wire.fetch(picture.file)
        except ClipTooLarge as error:
            raise too_large from error
        except BotsError as error:
            raise Refused(Refusal(RefusalCode.TRY_LATER)) from error

    async def show_again(self, where: Where, clip: ShownClip) -> None:
        """Show a clip in a message of its own."""
        await self.chat.show_again(where, clip)

    def mention(self, person: PersonId) -> str:
        """Name somebody so that it leads to them."""
        return f"tg://user?id={user_of(person)}"

    def address(self, where: Where, message: MessageId) -> str:  # noqa: ARG002
        """Say where a message is: in a supergroup by its link, elsewhere there is none."""
        sent = sent_of(message)
        chat = str(sent.chat)
        if sent.inline is None and chat.startswith(_SUPERGROUP):
            return f"https://t.me/c/{chat.removeprefix(_SUPERGROUP)}/{sent.number}"
        return message

    async def runs(self, where: Where, who: Person) -> bool:
        """Tell whether somebody runs a group."""
        return await self.wire.is_admin(chat_of(where.place), user_of(who.id))
