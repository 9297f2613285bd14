"""Which language somebody wants to be spoken to in."""

from __future__ import annotations

import time

from bots.chat import Person, PersonId
from bots.store.people import People

_FRESH_S = 30.0
_MOST = 10_000


class Languages:
    """Remembers for a while what people have chosen: they are asked about at every update."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._known: dict[PersonId, tuple[float, str | None]] = {}

    async def of(self, who: Person) -> str:
        """Tell somebody's language: the chosen one, or that of their program."""
        now = time.monotonic()
        asked_at, chosen = self._known.get(who.id, (-_FRESH_S, None))
        if now - asked_at >= _FRESH_S:
            chosen = await self._people.language(who.id)
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[who.id] = (now, chosen)
        return chosen or who.language

    async def choose(self, person: PersonId, language: str) -> None:
        """Note what somebody has chosen."""
        await self._people.set_language(person, language)
        self.forget(person)

    def forget(self, person: PersonId) -> None:
        """Look anew: somebody has chosen."""
        self._known.pop(person, None)
