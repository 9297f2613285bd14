"""Facts about the project itself that no other check holds."""

from __future__ import annotations

import ast
import os
import re
import statistics
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from bots.settings import BotSettings
from engine.jobs.settings import PREFIX
from engine.settings import EngineSettings

ROOT = Path(__file__).parents[2]
PACKAGES = ("bots", "engine", "deploy")
NOT_OURS = {"build", "dist", "__pycache__"}
DOCUMENTS = sorted(ROOT.glob("*.md"))
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
VAGUE_NAMES = {"utils", "helpers", "common", "manager", "misc"}


def lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


def functions() -> Iterator[tuple[str, int]]:
    """Every function as `file:line name`, with the lines that follow its first."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", length


def own_text_files() -> Iterator[tuple[Path, str]]:
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [f for f in folders if f == ".ci" or not (f[0] == "." or f in NOT_OURS)]
        for name in names:
            path = Path(folder) / name
            try:
                yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def shown(value: object) -> str:
    """A default the way it is written in the environment."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value in (None, ()) else str(value)


def test_the_environment_example_names_every_setting_with_its_default() -> None:
    example = (ROOT / ".env.example").read_text()
    written = dict(re.findall(rf"^# ?({PREFIX}\w+)=(.*)$", example, re.MULTILINE))

    fields = BotSettings.model_fields | EngineSettings.model_fields
    assert written == {
        PREFIX + name.upper(): shown(field.default) for name, field in fields.items()
    }


def test_no_module_is_long() -> None:
    long = {str(path.relative_to(ROOT)): lines(path) for path in MODULES if lines(path) > 400}

    assert long == {}


def test_no_function_is_long() -> None:
    assert {name: length for name, length in functions() if length > 50} == {}


def test_most_modules_and_functions_are_short() -> None:
    assert statistics.median(lines(path) for path in MODULES) <= 130
    assert statistics.median(length for _, length in functions()) <= 9


def test_every_module_is_named_for_what_it_does() -> None:
    assert [path for path in MODULES if path.stem in VAGUE_NAMES] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_in_the_documents_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", document.read_text())
    local = [link for link in links if "://" not in link]

    assert [link for link in local if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_in_the_documents_exists(document: Path) -> None:
    text = document.read_text()
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)

    unknown_targets = set(re.findall(r"^(?:.*`)?make ([a-z-]+)", text, re.MULTILINE)) - {*targets}
    scripts = set(re.findall(r"\bscripts/[a-z]+", text))
    assert unknown_targets == set()
    assert [name for name in scripts if not os.access(ROOT / name, os.X_OK)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_in_the_documents_exists(document: Path) -> None:
    paths = re.findall(r"`((?:bots|engine|deploy|tests|docs)/[\w./]*\w)`", document.read_text())

    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_nothing_holds_a_path_of_somebodys_machine() -> None:
    machine_path = re.compile(r"(?<![\w.~-])/(?:work|farm|home|Users|root)/[\w.]")

    assert [str(path) for path, text in own_text_files() if machine_path.search(text)] == []


def test_every_dependency_has_one_exact_version() -> None:
    pinned = (ROOT / "constraints.txt").read_text().splitlines()[1:]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]

    exact = {
        normal(match[1]) for line in pinned if (match := re.fullmatch(r"([\w.-]+)==[\w.]+", line))
    }
    assert len(exact) == len(pinned)
    assert {normal(re.split(r"[\[><=]", name)[0]) for name in wanted} <= exact


def normal(name: str) -> str:
    """A distribution's name, the one way of writing it that compares."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_torch_is_named_wherever_pip_installs() -> None:
    for script in (ROOT / "scripts").iterdir():
        for command in re.findall(r"pip install(?:.*\\\n)*.*", script.read_text()):
            assert "$torch" in command, script
