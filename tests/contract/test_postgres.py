"""PostgreSQL as operators have it: over TLS, with a password, and now and then away."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from urllib.parse import quote

import pytest
from sqlalchemy import text

from bots.errors import StoreUnavailable
from bots.store.database import Database
from bots.store.inspection import Tables, look_at
from bots.store.postgres import as_driver_reads_it
from engine.jobs.settings import BadSetting
from tests.postgres import PostgresProcess, programs
from tests.tls import Certificates

PASSWORD = "p@ss/w#rd:100%?"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def server(certificates: Certificates) -> Generator[PostgresProcess]:
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed")
    server = PostgresProcess(found, certificates)
    server.start()
    server.new_owner("zoe", PASSWORD)
    yield server
    server.stop()


async def unusable(url: str) -> str:
    """Say why a database cannot be used."""
    database = Database.at(url)
    with pytest.raises(StoreUnavailable) as unavailable:
        await database.check()
    await database.close()
    return str(unavailable.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
@pytest.mark.parametrize("password", [PASSWORD, quote(PASSWORD, safe="")])
async def test_a_url_as_people_write_it(
    server: PostgresProcess, certificates: Certificates, scheme: str, password: str
) -> None:
    options = f"sslmode=verify-full&sslrootcert={certificates.authority}&channel_binding=prefer"
    url = f"{scheme}://zoe:{password}@127.0.0.1:{server.port}/zoe?{options}"
    database = Database.at(url)
    found = await look_at(database)
    await database.close()
    assert found.product.startswith("PostgreSQL ")
    assert (found.tables, found.writable, found.safe) == (Tables.NONE, True, True)


async def test_an_inspection_tells_what_is_there(server: PostgresProcess) -> None:
    database = Database.at(server.new_database())
    await database.migrate()
    found = await look_at(database)
    assert (found.tables, found.safe) == (Tables.CURRENT, False)
    async with database.writing() as session:
        name = await session.scalar(text("SELECT current_database()"))
        await session.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    await database.close()
    assert not (await look_at(database)).writable
    await database.close()


async def test_what_does_not_let_us_in_is_unavailable_and_says_why(
    server: PostgresProcess, certificates: Certificates
) -> None:
    host, trusted = f"127.0.0.1:{server.port}", f"sslrootcert={certificates.authority}"
    zoe = f"postgresql://zoe:{PASSWORD}"
    for url, why in {
        f"postgresql://zoe:wrong-one@{host}/zoe": "password authentication failed",
        f"{zoe}@{host}/zoe?sslmode=disable": "no encryption",
        f"{zoe}@{host}/none?{trusted}": 'database "none" does not exist',
        f"{zoe}@{host}/zoe?sslmode=perhaps": "sslmode",
        f"{zoe}@{host}/zoe?sslmode=verify-ca&sslrootcert=/no.pem": "No such file",
        f"{zoe}@127.0.0.1:1/zoe": "127.0.0.1",
    }.items():
        said = await unusable(url)
        assert why in said
        assert PASSWORD not in said
        assert "wrong-one" not in said


@pytest.mark.parametrize("url", ["mysql://zoe:hush@host/db", "postgresql://zoe:hush@host/db?ssl=1"])
def test_what_is_no_database_of_ours_is_a_bad_setting(url: str) -> None:
    with pytest.raises(BadSetting, match="ZOETROPE_DATABASE_URL: must ") as bad:
        Database.at(url)
    assert "hush" not in str(bad.value)


def test_odd_hosts_and_options_reach_the_driver() -> None:
    assert as_driver_reads_it("postgres://zoe@one,two:5433/db?sslmode=require&gssencmode=no") == (
        "postgresql://zoe@one,two:5433/db?sslmode=require"
    )
    assert as_driver_reads_it("postgresql:///db?host=/run") == "postgresql:///db?host=%2Frun"


async def test_many_at_once_share_a_few_connections(server: PostgresProcess) -> None:
    database = Database.at(server.new_database())

    async def connections() -> int:
        async with database.reading() as session:
            counted = await session.scalar(
                text("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'zoetrope'")
            )
        return int(counted or 0)

    assert max(await asyncio.gather(*(connections() for _ in range(40)))) <= 6
    await database.close()


async def test_a_server_that_goes_is_unavailable_and_used_again_when_it_is_back(
    server: PostgresProcess,
) -> None:
    database = Database.at(server.new_database())
    await database.check()
    server.kill()
    with pytest.raises(StoreUnavailable):
        await database.check()
    server.start_again()
    await database.check()
    await database.close()
