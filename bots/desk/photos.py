"""Getting the pictures that people send, into the house by its usual door."""

from __future__ import annotations

from dataclasses import dataclass

from bots.chat import Person
from bots.desk.events import Picture
from bots.desk.platform import Platform
from bots.desk.where import Where
from bots.studio import Studio
from engine.jobs.job import MediaKey


@dataclass(frozen=True, slots=True)
class PhotoDesk:
    """Takes pictures in."""

    platform: Platform
    studio: Studio

    async def take(self, who: Person, where: Where, picture: Picture) -> MediaKey:
        """Get a picture, clean it and keep it.

        Raises:
            Refused: it cannot be had, or is no good.
        """
        place = where.as_place()
        await self.studio.check_entry(who, place)
        data = await self.platform.fetch(picture)
        return (await self.studio.take_photo(who, place, data)).key
