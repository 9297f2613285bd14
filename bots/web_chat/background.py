"""What the web chat does unasked: tells open pages of new effects, and forgets who is gone."""

from __future__ import annotations

import asyncio
import logging

from bots.clock import Clock, utc_now
from bots.errors import StoreUnavailable
from bots.store.web_sessions import WebSessions
from bots.studio import Studio
from bots.texts.texts import Texts
from bots.web_chat.effect_view import view_effects
from bots.web_chat.protocol import EffectsFrame
from bots.web_chat.rooms import Rooms
from bots.web_chat.visitors import UNSEEN_FOR

log = logging.getLogger(__name__)

_LOOK_S = 2.0
_TIDY_S = 3600.0


async def announce_effects(studio: Studio, rooms: Rooms) -> None:
    """Send the gallery to every open page whenever it has changed, until cancelled."""
    shown = await studio.effects()
    while True:
        await asyncio.sleep(_LOOK_S)
        cards = await studio.effects()
        if cards != shown:
            for mailbox in rooms.everyone():
                effects = view_effects(cards, Texts.of(mailbox.language))
                mailbox.put(EffectsFrame(effects=effects))
        shown = cards


async def forget_sessions(sessions: WebSessions, now: Clock = utc_now) -> None:
    """Drop sessions that nobody uses any more, now and then until cancelled."""
    while True:
        try:
            await sessions.forget_unseen_since(now() - UNSEEN_FOR)
        except StoreUnavailable as error:
            log.warning("old sessions are kept a while longer: %s", error)
        await asyncio.sleep(_TIDY_S)
