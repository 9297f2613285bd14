"""`zoetrope up` with several workers, as on a machine with several GPUs; here on the CPU."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bots.settings import BotSettings
from deploy.gpus import WorkerHere
from deploy.local import Installation
from deploy.platforms import PLATFORMS
from deploy.polling import wait_until
from deploy.ports import free_port
from engine.settings import EngineSettings
from tests.processes import children, is_running

STARTS_S = 240


async def test_every_worker_is_announced_and_has_a_log_and_metrics_of_its_own(
    tmp_path: Path, weights_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models").symlink_to(weights_folder)
    first_port = free_port(0)
    for name, value in {"DATA": tmp_path, "WEB_PORT": 0, "METRICS_PORT": first_port}.items():
        monkeypatch.setenv(f"ZOETROPE_{name}", str(value))
    said: list[str] = []
    two = [WorkerHere(f"worker {n}", {"ZOETROPE_DEVICE": "cpu"}) for n in (1, 2)]
    installation = Installation(BotSettings.read(), EngineSettings.read(), two, said.append)
    serving = asyncio.create_task(installation.serve())

    async def all_are_there() -> bool:
        return "worker: 2 of 2 ready" in said and any("is ready: http" in line for line in said)

    try:
        assert await wait_until(all_are_there, within_s=STARTS_S), said
        programs = [pid for pid, command in children(os.getpid()) if command.endswith("-m engine")]
        assert len(programs) == 2
        assert said.index("worker: ready") < said.index("worker: 2 of 2 ready")
        for place in (1, 2 + len(PLATFORMS)):
            url = f"http://127.0.0.1:{first_port + place}/readyz"
            async with ClientSession() as client, client.get(url) as answer:
                assert answer.status == 200
        for number in (1, 2):
            assert (tmp_path / "logs" / f"worker-{number}.log").is_file()
    finally:
        serving.cancel()
        await asyncio.wait([serving])
    assert not any(map(is_running, programs))
