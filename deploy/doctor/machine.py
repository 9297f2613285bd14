"""What is on this machine: Python, torch, room, weights, a free port."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path

from bots.settings import BotSettings
from deploy import folder
from deploy.doctor.finding import Finding
from deploy.ports import is_free
from engine.settings import EngineSettings
from engine.weights import Weights

ROOM_BYTES = 1_000_000_000


def look_at_machine(engine: EngineSettings) -> Iterator[Finding]:
    """Look at what a worker needs here.

    Whoever calls has seen that no library is missing: looking takes most of them.
    """
    yield Finding(what="Python", found=platform.python_version())
    yield Finding(what="libraries", found="all installed")
    yield _torch()
    yield room(engine.folder)
    yield weights(engine)


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


def look_at_web(bot: BotSettings, engine: EngineSettings) -> Finding:
    """Look at the port of the web chat."""
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
