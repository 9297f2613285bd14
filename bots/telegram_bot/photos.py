"""Getting the pictures that people send, into the house by its usual door."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Bot

from bots.chat import Person
from bots.errors import BotsError, ClipTooLarge
from bots.studio import Studio
from bots.telegram_bot.events import Picture
from bots.telegram_bot.refusals import translated
from bots.telegram_bot.where import Where
from engine.jobs.errors import Refused
from engine.jobs.job import MediaKey
from engine.jobs.refusal import Refusal, RefusalCode

MOST_BYTES = 20_000_000
"""What Telegram hands over of a file at most."""


@dataclass(frozen=True, slots=True)
class PhotoDesk:
    """Takes pictures in."""

    bot: Bot
    studio: Studio

    async def take(self, who: Person, where: Where, picture: Picture) -> MediaKey:
        """Get a picture, clean it and keep it.

        Raises:
            Refused: it cannot be had, or is no good.
        """
        if picture.bytes > MOST_BYTES:
            raise _too_large()
        place = where.as_place()
        await self.studio.check_entry(who, place)
        data = await self._fetched(picture)
        stored = await self.studio.take_photo(who, place, data)
        return stored.key

    async def _fetched(self, picture: Picture) -> bytes:
        try:
            with translated():
                file = await self.bot.get_file(picture.file)
                return bytes(await file.download_as_bytearray())
        except ClipTooLarge as error:
            raise _too_large() from error
        except BotsError as error:
            raise Refused(Refusal(RefusalCode.TRY_LATER)) from error
        raise Refused(Refusal(RefusalCode.TRY_LATER))


def _too_large() -> Refused:
    return Refused(Refusal(RefusalCode.PHOTO_TOO_MANY_BYTES, {"limit": MOST_BYTES}))
