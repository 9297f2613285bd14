"""Discord, as the desk needs it."""

from __future__ import annotations

from dataclasses import dataclass

from bots.chat import MessageId, Person, PersonId, ShownClip, is_same_message
from bots.desk.events import Picture, Pressed
from bots.desk.keys import Rows
from bots.desk.where import Where
from bots.discord_api.drawing import drawn
from bots.discord_api.handles import Handle
from bots.discord_api.names import Numbers, user_of
from bots.discord_api.wire import Content, Wire
from bots.discord_bot.chat import DiscordChat
from bots.errors import BotsError, ChatForbidden, MessageGone
from engine.jobs.errors import Refused
from engine.jobs.refusal import Refusal, RefusalCode


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordPlatform:
    """The desk's port over interactions and channels; larger photos are not taken into memory."""

    wire: Wire
    chat: DiscordChat
    photo_bytes: int
    page: int = 25
    window: int = 2000

    async def say(self, where: Where, text: str, rows: Rows = ()) -> MessageId:
        """Answer an interaction, or what somebody wrote."""
        content, handle = Content(text=text, view=drawn(rows)), Handle.read(where.through)
        if handle is None:
            return await self.wire.say(where, content)
        if where.turn_into is None:
            return await self.wire.follow_up(handle, content, only_theirs=True)
        await self.wire.edit(where.turn_into, handle, content)
        return where.turn_into

    async def edit(self, where: Where, message: MessageId, text: str, rows: Rows = ()) -> None:
        """Replace a message of ours."""
        content = Content(text=text, view=drawn(rows))
        await self.wire.edit(message, Handle.read(where.through), content)

    async def remove(self, where: Where, message: MessageId) -> None:
        """Take a message away."""
        await self.wire.remove(message, Handle.read(where.through))

    async def answer(self, pressed: Pressed, text: str) -> None:
        """Say something to who pressed; that they are waited for no more, Discord shows itself."""
        if text:
            await self.confide(pressed.where, pressed.message, text)

    async def confide(
        self, where: Where, pressed: MessageId | None, text: str, rows: Rows = ()
    ) -> None:
        """Say something that only who asked can see, in place of an answer under way."""
        content, handle = Content(text=text, view=drawn(rows)), Handle.read(where.through)
        if handle is None:
            await self.wire.say(where, content)
            return
        if where.turn_into is not None and not (
            pressed and is_same_message(where.turn_into, pressed)
        ):
            if handle.only_theirs:
                await self.wire.edit(where.turn_into, handle, content)
                return
            await self.wire.remove(where.turn_into, handle)
        await self.wire.follow_up(handle, content, only_theirs=True)

    async def tell(self, person: PersonId, text: str) -> None:
        """Say something to somebody in private."""
        await self.wire.tell(person, text)

    async def fetch(self, picture: Picture) -> bytes:
        """Get a picture that was sent."""
        if picture.bytes > self.photo_bytes:
            raise Refused(Refusal(RefusalCode.PHOTO_TOO_MANY_BYTES, {"limit": self.photo_bytes}))
        try:
            return await self.wire.fetch(picture.file)
        except (ChatForbidden, MessageGone) as error:
            raise Refused(Refusal(RefusalCode.PHOTO_GONE)) from error
        except BotsError as error:
            raise Refused(Refusal(RefusalCode.TRY_LATER)) from error

    async def show_again(self, where: Where, clip: ShownClip) -> None:
        """Show a clip in the answer."""
        await self.chat.show_again(where, clip)

    def mention(self, person: PersonId) -> str:
        """Name somebody so that it leads to them."""
        return f"<@{user_of(person)}>"

    def address(self, where: Where, message: MessageId) -> str:
        """Say where a message is."""
        numbers = Numbers.of(message)
        guild = where.place.partition(":")[2] if where.is_group else "@me"
        return f"https://discord.com/channels/{guild}/{numbers.channel}/{numbers.message}"

    async def runs(self, where: Where, who: Person) -> bool:  # noqa: ARG002
        """Tell whether somebody makes the rules: Discord says so with what they do."""
        return where.admin
