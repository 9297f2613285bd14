"""The database: is it there, are its tables ours, may they be written."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url

from bots.errors import StoreUnavailable
from bots.settings import BotSettings
from bots.store.database import Database
from bots.store.inspection import Inspection, Tables, look_at
from deploy.doctor.finding import Finding
from engine.jobs.masking import masked_url
from engine.jobs.settings import BadSetting

_MEND_TABLES = {
    Tables.OLD: "start a bot of this version: it brings them up to date",
    Tables.NEW: "install the newer version of Zoetrope here too",
}


async def look_at_database(settings: BotSettings) -> list[Finding]:
    """Look at the database that is configured, or at the file in the data folder."""
    where = masked_url(settings.database).partition("?")[0]
    if not settings.database_url and not _file(settings).exists():
        return [Finding(what="database", found="none yet: the first bot makes it")]
    try:
        database = Database.at(settings.database)
    except BadSetting as error:
        return [Finding(what="database", found=str(error), mend="correct that setting")]
    try:
        found = await look_at(database)
    except StoreUnavailable as error:
        said = str(error).partition(": ")[2]
        return [Finding(what="database", found=f"{where}: {said}", mend=_mend(said))]
    finally:
        await database.close()
    return [_server(where, found), _tables(found)]


def _file(settings: BotSettings) -> Path:
    return Path(make_url(settings.database).database or "")


def _mend(said: str) -> str:
    if "password" in said or "role" in said:
        return (
            "put the user and password into ZOETROPE_DATABASE_URL, as postgresql://user:password@"
        )
    if "does not exist" in said:
        return "make it with createdb, or correct the name in ZOETROPE_DATABASE_URL"
    if "encryption" in said:
        return "add ?sslmode=require to ZOETROPE_DATABASE_URL"
    return "start that server, or correct ZOETROPE_DATABASE_URL"


def _server(where: str, found: Inspection) -> Finding:
    if not found.writable:
        return Finding(
            what="database",
            found=f"{found.product} at {where} takes no writes: it is a standby",
            mend="name the primary, or both with ?target_session_attrs=read-write",
        )
    if found.product.startswith("PostgreSQL"):
        over = "over TLS" if found.safe else "without TLS"
        return Finding(what="database", found=f"{found.product} at {where}, {over}")
    if not found.safe:
        return Finding(
            what="database",
            found=f"{found.product} at {where}, not in WAL mode: readers wait for writers",
            mend="start a bot once, with the file on a local disk",
        )
    return Finding(what="database", found=f"{found.product} at {where}, in WAL mode")


def _tables(found: Inspection) -> Finding:
    return Finding(
        what="database tables",
        found=f"{found.tables.value}{': the first bot makes them' * (found.tables is Tables.NONE)}",
        mend=_MEND_TABLES.get(found.tables, ""),
    )
