"""`zoetrope doctor`: what is installed, found and missing, and the command that mends it."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bots.settings import BotSettings
from deploy import folder, valkey
from deploy.errors import NoEmbeddedServer
from deploy.ports import is_free
from engine.settings import EngineSettings
from engine.weights import Weights

ROOM_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at; `mend` says what to do when it is not as it should be."""

    what: str
    found: str
    mend: str = ""

    def __str__(self) -> str:
        if self.mend:
            return f"--  {self.what}: {self.found}\n    {self.mend}"
        return f"ok  {self.what}: {self.found}"


def examine(bot: BotSettings, engine: EngineSettings, say: Callable[[str], None]) -> int:
    """Look at everything that running needs; exit code 1 when something has to be mended.

    Whoever calls has seen that no library is missing: looking takes most of them.
    """
    to_mend = 0
    for finding in _findings(bot, engine):
        say(str(finding))
        to_mend += bool(finding.mend)
    return 1 if to_mend else 0


def _findings(bot: BotSettings, engine: EngineSettings) -> Iterator[Finding]:
    yield Finding(what="Python", found=platform.python_version())
    yield Finding(what="libraries", found="all installed")
    yield _torch()
    yield room(engine.folder)
    yield weights(engine)
    yield _queue(engine)
    yield _web(bot, engine)


def _torch() -> Finding:
    try:
        import torch
    except ImportError as error:
        return Finding(what="torch", found=str(error), mend="run scripts/setup")
    if torch.cuda.is_available():
        where = torch.cuda.get_device_name()
    else:
        where = f"no GPU, {torch.get_num_threads()} CPU threads"
    return Finding(what="torch", found=f"{torch.__version__}, {where}")


def room(data: Path) -> Finding:
    """Look at the data folder, or at where it would be made."""
    there = next(path for path in (data, *data.parents) if path.exists())
    if not (there.is_dir() and os.access(there, os.W_OK)):
        return Finding(
            what="data",
            found=f"{data} cannot be written",
            mend="set ZOETROPE_DATA to a folder of yours",
        )
    free = shutil.disk_usage(there).free
    found = f"{data}, {free / 1e9:.1f} GB free"
    if free < ROOM_BYTES:
        return Finding(what="data", found=found, mend="make room, or set ZOETROPE_DATA elsewhere")
    return Finding(what="data", found=found)


def weights(engine: EngineSettings) -> Finding:
    """Look at the weight files."""
    files = Weights(engine.models).status()
    wrong = [f"{file.name} is {file.state}" for file in files if file.state != "present"]
    if wrong:
        return Finding(what="weights", found=", ".join(wrong), mend="run zoetrope models fetch")
    return Finding(what="weights", found=f"all {len(files)} there")


def _queue(engine: EngineSettings) -> Finding:
    if "redis_url" not in engine.model_fields_set:
        return _embedded()
    if asyncio.run(valkey.answers(engine.redis_url)):
        return Finding(what="queue", found="ZOETROPE_REDIS_URL answers")
    return Finding(
        what="queue",
        found="ZOETROPE_REDIS_URL does not answer",
        mend="start that server, or unset it: `zoetrope up` brings its own",
    )


def _embedded() -> Finding:
    try:
        return Finding(what="queue", found=f"embedded Valkey, {valkey.binary()}")
    except NoEmbeddedServer as error:
        return Finding(
            what="queue", found=str(error), mend="set ZOETROPE_REDIS_URL to a server of yours"
        )


def _web(bot: BotSettings, engine: EngineSettings) -> Finding:
    where = f"http://{bot.web_host}:{bot.web_port}/"
    if is_free(bot.web_port, bot.web_host):
        return Finding(what="web chat", found=f"{where} is free")
    if folder.is_held(engine.folder):
        return Finding(what="web chat", found="zoetrope up is running")
    if "web_port" in bot.model_fields_set:
        return Finding(
            what="web chat", found=f"{where} is taken", mend="set ZOETROPE_WEB_PORT to a free one"
        )
    return Finding(what="web chat", found=f"{where} is taken; `zoetrope up` takes the next port")
