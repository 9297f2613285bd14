"""What holds for every test.

With ZOETROPE_TEST_ALL set, a test that would be skipped fails instead: a full run may leave nothing
untried because a server or a browser is missing.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import TypeVar

import pytest
from redis.asyncio import Redis

from engine.jobs.connection import connect
from engine.jobs.media.store import MediaStore
from engine.settings import EngineSettings
from engine.weights import Weights
from tests.fakes.s3 import FakeS3
from tests.valkey import ValkeyProcess

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _not_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _not_skipped((yield))


def _not_skipped(report: Report) -> Report:
    expected = hasattr(report, "wasxfail")
    if report.skipped and not expected and os.environ.get("ZOETROPE_TEST_ALL"):
        report.outcome = "failed"
    return report


@pytest.fixture(scope="session")
def weights_folder() -> Path:
    """The fetched weights: those that `zoetrope up` uses on this machine."""
    folder = EngineSettings.read().models
    if any(file.state != "present" for file in Weights(folder).status()):
        pytest.skip("the weights are not fetched: zoetrope models fetch")
    return folder


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Generator[ValkeyProcess]:
    """One queue server for all tests; a test that kills it starts one of its own."""
    server = ValkeyProcess(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
async def redis(valkey: ValkeyProcess) -> AsyncGenerator[Redis]:
    """A client of the queue server, which is empty at the start of each test."""
    async with connect(valkey.url) as client:
        await client.flushall()
        yield client


@pytest.fixture
def media(tmp_path: Path) -> MediaStore:
    """An empty media store."""
    return MediaStore.at(tmp_path / "media")


@pytest.fixture
async def s3() -> AsyncGenerator[FakeS3]:
    """A store on the network."""
    s3 = FakeS3()
    async with s3.running():
        yield s3
