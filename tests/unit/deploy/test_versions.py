"""`zoetrope versions`: what there is, and who gets it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.cli import main
from engine.jobs.catalogue import Offer
from engine.jobs.connection import connect
from engine.jobs.job import WorkerId
from engine.jobs.presence import Presence
from tests.effect_cards import a_card
from tests.own_effects import ROBOT, write_version
from tests.valkey import ValkeyProcess

OLD, NEW = ROBOT.version, "2.0.0"


@pytest.fixture(autouse=True)
def new_robot(own_data: Path) -> Path:
    """Another version of the robot, in the data folder."""
    return write_version(own_data / "effects", NEW)


def robots(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    capsys.readouterr()
    assert main(["versions", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    return {row["version"]: row for row in rows if row["effect"] == "robot"}


def shares(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    return {version: row["share"] for version, row in robots(capsys).items()}


def refused(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    capsys.readouterr()
    assert main(["versions", *command]) == 2
    said = capsys.readouterr().err
    assert said.startswith("zoetrope: ")
    assert said.count("\n") == 1
    return said


def test_what_ships_is_usual_and_what_is_dropped_in_is_beside(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = robots(capsys)
    assert list(found) == [NEW, OLD]
    assert (found[OLD]["usual"], found[NEW]["usual"]) == (True, False)
    assert shares(capsys) == {OLD: 1.0, NEW: 0.0}


def test_it_is_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["versions"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["effect", "version", "usual", "people", "workers"]
    assert f"robot           {NEW}           who ask for it  ?" in lines
    assert any(line.split() == ["robot", OLD, "usual", "100%", "?"] for line in lines)


def test_a_version_gets_a_share_then_everybody_then_nobody(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["versions", "set", "robot", NEW, "--share", "0.2"]) == 0
    assert capsys.readouterr().out == "robot 2.0.0 is for 20% of the people\n"
    assert shares(capsys) == {OLD: 0.8, NEW: 0.2}
    assert main(["versions", "set", "robot", NEW, "--default"]) == 0
    assert shares(capsys) == {OLD: 0.0, NEW: 1.0}
    assert main(["versions", "reset", "robot"]) == 0
    assert shares(capsys) == {OLD: 1.0, NEW: 0.0}


def test_a_share_of_nothing_takes_one_version_back(
    own_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_version(own_data / "effects", "3.0.0")
    for version, share in (("3.0.0", "0.5"), (NEW, "0.25"), ("3.0.0", "0")):
        assert main(["versions", "set", "robot", version, "--share", share]) == 0
    assert shares(capsys) == {"3.0.0": 0.0, NEW: 0.25, OLD: 0.75}


@pytest.mark.parametrize("share", ["1.5", "-0.1", "nan", "inf"])
def test_what_is_no_share_is_said(share: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, "set", "robot", NEW, f"--share={share}")
    assert "a share is from 0 to 1, as 0.2 for 20 % of the people, not" in said


def test_more_than_everybody_is_too_much(
    own_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_version(own_data / "effects", "3.0.0")
    assert main(["versions", "set", "robot", NEW, "--share", "0.9"]) == 0
    said = refused(capsys, "set", "robot", "3.0.0", "--share", "0.2")
    assert "20% is too much, as 2.0.0 has 90% of the people" in said
    assert main(["versions", "set", "robot", "3.0.0", "--default"]) == 0
    assert shares(capsys) == {"3.0.0": 1.0, NEW: 0.0, OLD: 0.0}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("set", "unicorn", NEW, "--default"), "there is no effect 'unicorn': choose one of "),
        (("set", "robot", "9.0.0", "--default"), "there is no version '9.0.0' of robot: choose"),
        (("reset", "robot"), "nothing was set for 'robot': see `zoetrope versions`"),
    ],
)
def test_what_is_not_there_is_said(
    command: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in refused(capsys, *command)


async def announce(url: str, *offers: Offer) -> None:
    async with connect(url) as redis:
        await redis.flushall()
        for number, offer in enumerate(offers):
            await Presence(redis).announce(WorkerId(f"w{number}"), offer, timedelta(minutes=1))


def test_workers_that_offer_a_version_are_counted(
    valkey: ValkeyProcess, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZOETROPE_REDIS_URL", valkey.url)
    old, new, far = (a_card("robot", "R", version=it) for it in (OLD, NEW, "4.0.0"))
    both = Offer(effects=(old,), beside=(new,))
    asyncio.run(announce(valkey.url, both, Offer(effects=(old,)), Offer(effects=(far,))))
    found = robots(capsys)
    assert {version: row["workers"] for version, row in found.items()} == {
        "4.0.0": 1,
        NEW: 1,
        OLD: 2,
    }
    assert [version for version, row in found.items() if row["usual"]] == ["4.0.0"]


def test_a_version_that_no_worker_offers_yet_can_be_set_and_that_is_said(
    valkey: ValkeyProcess, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZOETROPE_REDIS_URL", valkey.url)
    asyncio.run(announce(valkey.url, Offer(effects=(a_card("robot", "R", version=OLD),))))
    assert main(["versions", "set", "robot", NEW, "--default"]) == 0
    assert "until one does, nobody gets it" in capsys.readouterr().out


def test_an_effect_can_be_named_with_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "fetch", "--effect", "symbiote@9.9.9"]) == 2
    assert "there is no version '9.9.9' of symbiote: choose one of" in capsys.readouterr().err


def test_checking_effects_looks_at_every_version(
    new_robot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["effects", "check"]) == 0
    new_robot.write_text(new_robot.read_text(encoding="utf-8").replace("steps = 4", "steps = 3"))
    assert main(["effects", "check"]) == 2
    assert f"{new_robot}: variant.0.steps: " in capsys.readouterr().err
    assert main(["effects", "check", str(new_robot.parent.parent)]) == 2


def test_effects_of_the_operators_are_listed(
    own_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_version(own_data / "effects", "1.0.0", effect="android", usual=True)
    assert main(["effects", "--json"]) == 0
    assert "android" in [row["id"] for row in json.loads(capsys.readouterr().out)]


def test_the_doctor_says_which_file_is_broken(
    new_robot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["doctor"])
    assert "ok  effects: 1 of your own in " in capsys.readouterr().out
    new_robot.write_text("schema = ")
    main(["doctor"])
    said = capsys.readouterr().out
    assert f"--  effects: {new_robot}: Invalid value" in said
    assert "mend it, or remove it" in said
