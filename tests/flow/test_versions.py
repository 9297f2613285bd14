"""A version of an effect from the file it is dropped in as to the day it is taken back.

One worker process makes real clips all the while, and one bot takes asks; neither is started again.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bots.chat import Ask, Person, PersonId, Place, PlaceId, job_id
from bots.services import Services, opened
from bots.settings import BotSettings
from deploy.cli import main
from deploy.polling import wait_until
from engine.jobs.catalogue import EffectCard
from engine.jobs.job import TERMINAL, ClipFormat, JobId, ParamValue
from engine.jobs.media.store import photo_key
from engine.jobs.note import read_outcome
from tests.fakes.photos import astronaut_jpeg
from tests.own_effects import ROBOT, write_version
from tests.valkey import ValkeyProcess

SOON_S = 120
NEW = "2.0.0"
OLD = ROBOT.version
HERE = Place(id=PlaceId("web:here"), local=True)
EMPTY: Mapping[str, ParamValue] = {}


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot, and somebody else in front of it for each ask."""

    services: Services
    _numbers: count[int] = field(default_factory=lambda: count(1))

    async def asked(self, params: Mapping[str, ParamValue] = EMPTY) -> Ask:
        """Make an ask for the robot, which is taken."""
        studio, key, number = self.services.studio, photo_key(), next(self._numbers)
        who = Person(id=PersonId(f"web:{number}"))
        await studio.photos.add(key, who.id, width=512, height=512, now=studio.now())
        await studio.media.put(key, astronaut_jpeg())
        ask = Ask(
            id=job_id("web", "versions", str(number)),
            who=who,
            where=HERE,
            effect="robot",
            photos=(key,),
            params=params,
            format=ClipFormat(size=128),
        )
        await studio.submit(ask)
        return ask

    async def made_by(self, job: JobId) -> str:
        """Wait for a clip; the version that made it."""

        async def has_ended() -> bool:
            return await self.services.queue.state(job) in TERMINAL

        await soon(has_ended)
        outcome = await read_outcome(job, self.services.media)
        assert outcome is not None, "there is no clip"
        return outcome.version

    async def robot(self) -> EffectCard | None:
        """The robot as it is shown."""
        cards = await self.services.studio.effects()
        return next((card for card in cards if card.id == "robot"), None)

    async def shows(self, version: str, *choices: str) -> bool:
        """Tell whether the robot is shown in a version, and these can be chosen."""
        card = await self.robot()
        if card is None or card.version != version:
            return False
        offered = [param.choices for param in card.params if param.name == "version"]
        return offered == ([choices] if choices else [])


async def soon(fact: Callable[[], Awaitable[bool]]) -> None:
    assert await wait_until(fact, within_s=SOON_S)


async def zoetrope(*command: str) -> None:
    """Say something to the command line while everything runs."""
    assert await asyncio.to_thread(main, command) == 0


@pytest.fixture
def data(
    tmp_path: Path, valkey: ValkeyProcess, weights_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A data folder, as the settings say."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "models").symlink_to(weights_folder)
    monkeypatch.setenv("ZOETROPE_DATA", str(data))
    monkeypatch.setenv("ZOETROPE_REDIS_URL", valkey.url)
    return data


@asynccontextmanager
async def a_worker(folder: Path) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run a worker process, which has to be there still at the end."""
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "engine"), cwd=folder, env={**os.environ}
    )
    try:
        yield worker
        assert worker.returncode is None, "it has run all the while"
    finally:
        if worker.returncode is None:
            worker.terminate()
        await worker.wait()


async def test_a_version_is_tried_made_everybodys_pinned_and_taken_back(
    data: Path, tmp_path: Path, redis: Redis, capsys: pytest.CaptureFixture[str]
) -> None:
    async with a_worker(tmp_path), opened("web", BotSettings.read()) as services:
        bot = Bot(services)
        await soon(lambda: bot.shows(OLD))
        before = await bot.asked()

        file = write_version(data / "effects", NEW)
        await soon(lambda: bot.shows(OLD, "auto", NEW, OLD))
        assert await bot.made_by((await bot.asked()).id) == OLD, "it is offered, and nobody's yet"
        await zoetrope("versions")
        line = next(it for it in capsys.readouterr().out.splitlines() if NEW in it and "rob" in it)
        assert line.split() == ["robot", NEW, "who", "ask", "for", "it", "1"]

        await zoetrope("versions", "set", "robot", NEW, "--share", "0.5")
        await soon(lambda: halves(bot))

        await zoetrope("versions", "set", "robot", NEW, "--default")
        await soon(lambda: bot.shows(NEW, "auto", NEW, OLD))
        assert await bot.made_by((await bot.asked()).id) == NEW
        pinned = await bot.asked({"version": OLD})
        assert await bot.made_by(pinned.id) == OLD
        again = await services.studio.again(pinned.who, HERE, pinned.id, job_id("web", "again"))
        assert await bot.made_by(again.job) == OLD, "who asks again keeps the version"

        await zoetrope("versions", "reset", "robot")
        await soon(lambda: bot.shows(OLD, "auto", NEW, OLD))
        assert await bot.made_by((await bot.asked()).id) == OLD

        waiting = [await bot.asked({"version": NEW}) for _ in range(3)]
        file.unlink()
        await soon(lambda: bot.shows(OLD))
        assert {await bot.made_by(ask.id) for ask in waiting} <= {NEW, OLD}
        late = await bot.asked({"version": NEW})
        assert await bot.made_by(late.id) == OLD, "it is gone, and that is no reason to refuse"
        assert await bot.made_by(before.id) == OLD


async def halves(bot: Bot) -> bool:
    """Tell whether about every second of many people gets the new version."""
    people = [Person(id=PersonId(f"telegram:{number}")) for number in range(400)]
    asks = [Ask(id=JobId("any"), who=who, where=HERE, effect="robot") for who in people]
    chosen = [await bot.services.studio.admission.choose(ask) for ask in asks]
    counts = Counter(choice.card.version for choice in chosen)
    return set(counts) == {NEW, OLD} and 160 <= counts[NEW] <= 240
