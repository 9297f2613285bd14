from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from bots.chat import job_id
from bots.telegram_bot.links import effect_link, read_link, remix_link
from engine.jobs.job import JobId
from tests.effect_cards import ROBOT, SYMBIOTE
from tests.fakes.telegram.limits import START_PARAMETER
from tests.house import House

BOT = "https://t.me/zoetrope_bot"
LONGEST_EFFECT = "x" * 32


def payload(link: str) -> str:
    """What the bot is sent after /start when somebody follows a link."""
    assert link.startswith(f"{BOT}?")
    (start,) = parse_qs(urlsplit(link).query)["start"]
    return start


@pytest.mark.parametrize(
    "link",
    [effect_link(BOT, LONGEST_EFFECT), remix_link(BOT, job_id("telegram", "77", "1"))],
)
def test_telegram_takes_our_links(link: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]+", payload(link))
    assert len(payload(link)) <= START_PARAMETER


async def test_a_link_leads_to_its_effect(house: House) -> None:
    found = await read_link(payload(effect_link(BOT, "robot")), house.services.studio)
    assert found == ROBOT


async def test_the_link_of_a_clip_leads_to_what_it_shows(house: House) -> None:
    ask = await house.submitted()
    found = await read_link(payload(remix_link(BOT, ask.id)), house.services.studio)
    assert found == SYMBIOTE


@pytest.mark.parametrize(
    "start",
    ["", "e-", "r-", "e-levitate", "robot", "photo", "r-nobodys", "E-robot", "e-robot ", "x" * 64],
)
async def test_other_links_lead_nowhere(house: House, start: str) -> None:
    assert await read_link(start, house.services.studio) is None


async def test_the_link_of_a_clip_that_is_gone_leads_nowhere(house: House) -> None:
    start = payload(remix_link(BOT, JobId("f" * 32)))
    assert await read_link(start, house.services.studio) is None
