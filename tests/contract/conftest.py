"""What every store must do alike: SQLite always, PostgreSQL where it is installed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from bots.store.database import Database
from tests.postgres import PostgresProcess, programs


@pytest.fixture(scope="session")
def postgres() -> Generator[PostgresProcess]:
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed")
    server = PostgresProcess(found)
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'zoetrope.db'}"
    server: PostgresProcess = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    """A database that is up to date."""
    database = Database.at(database_url)
    await database.migrate()
    yield database
    await database.close()
