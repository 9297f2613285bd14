"""Which message a request has: posted, noted in the journal, and moved to another one."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager, suppress

from bots.chat import Message, Placeholder
from bots.delivery.lanes import Lanes
from bots.delivery.memory import Memory
from bots.errors import BotsError, ChatForbidden, ChatUnavailable, Overtaken
from bots.store.journal import Journal
from bots.store.requests import Request

log = logging.getLogger(__name__)


class Placing:
    """Gives requests their messages; of several processes that want to, one does."""

    def __init__(self, lanes: Lanes, journal: Journal) -> None:
        self._lanes = lanes
        self._journal = journal

    async def post(
        self,
        request: Request,
        memory: Memory,
        message: Message,
        *,
        replaces: Placeholder | None = None,
    ) -> Placeholder:
        """Post a message and note it in the journal, which takes only one.

        Raises:
            Overtaken: another one is noted meanwhile, or nothing is to be shown any more.
        """
        if memory.posted in (None, replaces):
            with _doubting(memory):
                memory.posted = await self._lanes.post(
                    request.place, request.id, message, replaces=replaces
                )
            memory.shown = message
        placeholder = memory.posted
        instead_of = None if replaces is None else replaces.message
        noted = await self._journal.set_placeholder(
            request.id, placeholder.message, replaces=instead_of
        )
        if not noted:
            await self._give_way(request, memory, placeholder)
        memory.posted = None
        memory.turn_to(placeholder, memory.shown)
        return placeholder

    async def move(
        self, request: Request, memory: Memory, message: Message, old: Placeholder
    ) -> Placeholder:
        """Go on in a new message, and take the old one away.

        Raises:
            ChatForbidden: none can be posted; the old one is as it was.
            Overtaken: as above.
        """
        placeholder = await self.post(request, memory, message, replaces=old)
        await self.take_away(request, old, for_=placeholder)
        return placeholder

    async def begin_anew(self, request: Request, memory: Memory, message: Message) -> Placeholder:
        """Go on in a new message wherever answers go now, whatever became of those before.

        Raises:
            Overtaken: as above.
        """
        before = {request.placeholder, memory.posted}
        memory.posted = None
        placeholder = await self.post(request, memory, message, replaces=request.placeholder)
        memory.silent = memory.replaced = memory.too_large = False
        for old in filter(None, before):
            await self.take_away(request, old, for_=placeholder)
        return placeholder

    async def take_away(self, request: Request, old: Placeholder, *, for_: Placeholder) -> None:
        """Remove a message that another one has replaced; if that fails it only looks untidy."""
        if old.is_same(for_):
            return
        try:
            await self._lanes.remove(old, request.id)
        except BotsError as error:
            log.info("a message that was replaced stays: %s", error)

    async def remove(self, request: Request, placeholder: Placeholder) -> None:
        """Take a message away; where the bot may not write, it stays."""
        with suppress(ChatForbidden):
            await self._lanes.remove(placeholder, request.id)

    async def _give_way(self, request: Request, memory: Memory, placeholder: Placeholder) -> None:
        """Remove a message that is not needed, unless the platform gave the same one to others."""
        known = await self._journal.get(request.id)
        kept = None if known is None or known.erased else known.placeholder
        if kept == placeholder:
            return
        if kept is None or not kept.is_same(placeholder):
            await self.remove(request, placeholder)
        memory.posted = None
        raise Overtaken


@contextmanager
def _doubting(memory: Memory) -> Generator[None]:
    """Remember a post that may have been seen although it was not answered."""
    try:
        yield
    except ChatUnavailable:
        memory.in_doubt = True
        raise
    memory.in_doubt = False
