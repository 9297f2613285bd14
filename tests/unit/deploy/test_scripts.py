"""The set-up script, with an interpreter that only notes what it was asked to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
INTERPRETER = """#!/bin/sh
echo "$@" >>"$NOTES"
case "$*" in
*{fails_at}*) echo "ERROR: no such package" ; exit 1 ;;
"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
esac
"""
NEVER = "never"


class Checkout:
    """What setup reads of the project, in a folder whose name has a space."""

    def __init__(self, folder: Path, *, fails_at: str = NEVER) -> None:
        self.folder = folder / "a clone"
        shutil.copytree(ROOT / "scripts", self.folder / "scripts")
        for name in ("pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, self.folder)
        self._python = folder / "python"
        self._python.write_text(INTERPRETER.format(fails_at=fails_at))
        self._python.chmod(0o755)
        self._notes = folder / "notes"

    def set_up(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        self._notes.write_text("")
        named = {"PYTHON": str(self._python), "NOTES": str(self._notes), **environment}
        return subprocess.run(
            [self.folder / "scripts" / "setup", *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={"PATH": os.defpath, **named},
        )

    @property
    def installs(self) -> list[str]:
        return [line for line in self._notes.read_text().splitlines() if "pip install" in line]


def test_the_first_time_it_installs_and_the_second_time_it_does_nothing(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)

    assert checkout.set_up().returncode == 0
    [install] = checkout.installs
    assert install.endswith("torch==2.13.0 --editable .[bots,engine]")

    assert checkout.set_up().returncode == 0
    assert checkout.installs == []


def test_what_is_set_up_for_testing_is_set_up_for_running(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)

    checkout.set_up("dev")
    assert ".[bots,engine,models,dev]" in checkout.installs[0]

    checkout.set_up()
    assert checkout.installs == []


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_change_of_what_is_needed_is_installed(tmp_path: Path, name: str) -> None:
    checkout = Checkout(tmp_path)
    checkout.set_up()

    with (checkout.folder / name).open("a") as file:
        file.write("# changed\n")

    checkout.set_up()
    assert len(checkout.installs) == 1


def test_a_checkout_that_was_moved_is_installed_anew(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    checkout.set_up()

    checkout.folder = checkout.folder.rename(tmp_path / "elsewhere")

    checkout.set_up()
    assert len(checkout.installs) == 1


def test_another_torch_can_be_chosen_and_is_remembered(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)

    checkout.set_up(ZOETROPE_TORCH="torch==2.13.0+cu130")
    assert "torch==2.13.0+cu130 " in checkout.installs[0]

    checkout.set_up("dev")
    assert "torch==2.13.0+cu130 " in checkout.installs[0]
    constraints = (checkout.folder / ".venv" / "constraints.txt").read_text()
    assert "\ntorch==" not in constraints


@pytest.mark.parametrize(
    ("fails_at", "sentence"),
    [
        ("version_info", "is not Python 3.11 or newer"),
        ("ensurepip", "has no venv module: install it"),
        ("install", "pip could not install what Zoetrope needs; is there a network?"),
    ],
)
def test_what_stands_in_the_way_is_said_in_a_sentence(
    tmp_path: Path, fails_at: str, sentence: str
) -> None:
    checkout = Checkout(tmp_path, fails_at=fails_at)

    done = checkout.set_up()

    assert done.returncode == 1
    assert sentence in done.stderr.splitlines()[-1]
    assert checkout.set_up().returncode == 1
