"""Links into the bot: `BOT?start=e-robot` leads to an effect, `r-JOB` to that of a clip."""

from __future__ import annotations

from contextlib import suppress

from bots.studio import Studio
from engine.jobs.catalogue import EffectCard
from engine.jobs.errors import Refused
from engine.jobs.job import JobId

_EFFECT = "e-"
_REMIX = "r-"


def effect_link(bot: str, effect: str) -> str:
    """Link to an effect of the bot at an address."""
    return f"{bot}?start={_EFFECT}{effect}"


def remix_link(bot: str, job: JobId) -> str:
    """Link to the effect that a clip shows, for whoever wants one of their own."""
    return f"{bot}?start={_REMIX}{job}"


async def read_link(payload: str, studio: Studio) -> EffectCard | None:
    """Find the effect that a link leads to, if there is one."""
    effect: str | None = None
    if payload.startswith(_EFFECT):
        effect = payload.removeprefix(_EFFECT)
    elif payload.startswith(_REMIX):
        with suppress(Refused):
            effect = (await studio.made(JobId(payload.removeprefix(_REMIX)))).effect
    cards = await studio.effects()
    return next((card for card in cards if card.id == effect), None)
