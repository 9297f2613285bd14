"""Notes every end that is written to the journal, in the database itself, whoever writes it."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import text

from bots.store.database import Database
from engine.jobs.job import TERMINAL

_TABLE = "CREATE TABLE ends_written (job TEXT NOT NULL)"
_NOTE = "INSERT INTO ends_written VALUES (NEW.id);"
_WHEN = "AFTER UPDATE OF state ON requests FOR EACH ROW WHEN (NEW.state IN ({}))".format(
    ", ".join(f"'{state}'" for state in sorted(TERMINAL))
)
_STATEMENTS = {
    "sqlite": (_TABLE, f"CREATE TRIGGER note_end {_WHEN} BEGIN {_NOTE} END"),
    "postgresql": (
        _TABLE,
        "CREATE FUNCTION note_end() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {_NOTE} RETURN NULL; END $$",
        f"CREATE TRIGGER note_end {_WHEN} EXECUTE FUNCTION note_end()",
    ),
}


async def start_audit(database: Database) -> None:
    """Have every end noted from now on."""
    async with database.writing() as session:
        for statement in _STATEMENTS[database.dialect]:
            await session.execute(text(statement))


async def ends_written(database: Database) -> Counter[str]:
    """Count the ends that were written, by job."""
    async with database.reading() as session:
        return Counter(await session.scalars(text("SELECT job FROM ends_written")))
