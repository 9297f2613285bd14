"""What share of the people a version has, on every database."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from bots.store.database import Database
from bots.store.rollouts import RolloutShares


async def test_nothing_is_set_at_first(database: Database) -> None:
    assert await RolloutShares(database).all() == {}


async def test_shares_come_back_as_they_were_set(database: Database) -> None:
    shares = RolloutShares(database)
    await shares.set("robot", {"2.0.0": 0.1, "3.0.0": 0.25})
    await shares.set("squish", {"1.1.0": 1.0})
    assert await shares.all() == {
        "robot": {"2.0.0": 0.1, "3.0.0": 0.25},
        "squish": {"1.1.0": 1.0},
    }


async def test_what_is_set_takes_the_place_of_what_was(database: Database) -> None:
    shares = RolloutShares(database)
    await shares.set("robot", {"2.0.0": 0.1, "3.0.0": 0.25})
    await shares.set("robot", {"2.0.0": 0.5})
    assert await shares.all() == {"robot": {"2.0.0": 0.5}}
    await shares.set("robot", {})
    assert await shares.all() == {}


@pytest.mark.parametrize("share", [0.0, 1.5, -0.1])
async def test_what_is_no_share_cannot_be_kept(database: Database, share: float) -> None:
    shares = RolloutShares(database)
    with pytest.raises(IntegrityError):
        await shares.set("robot", {"2.0.0": share})
    assert await shares.all() == {}


async def test_a_database_of_the_version_before_gets_the_table(database_url: str) -> None:
    old = Database.at(database_url)
    await old.migrate("0004")
    await old.close()
    new = Database.at(database_url)
    await new.migrate()
    await RolloutShares(new).set("robot", {"2.0.0": 1.0})
    assert await RolloutShares(new).all() == {"robot": {"2.0.0": 1.0}}
    await new.close()
