"""`zoetrope effects`: the catalogue on the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.errors import CommandFailed
from deploy.tables import table
from engine.effects.catalogue import FOLDER, load_effects
from engine.effects.checking import check_effect
from engine.pipelines.bases import Bases


def as_table() -> str:
    """One line per effect."""
    effects = load_effects().values()
    return table(
        ("effect", "version", "what happens"),
        [(e.id, e.about.version, e.about.summary["en"]) for e in effects],
    )


def as_json() -> str:
    """Everything a program asks about: id, version, look, variants, photos."""
    rows = [
        {
            "id": effect.id,
            "version": effect.about.version,
            "look": next((variant.look for variant in effect.looks), None),
            "variants": [variant.name for variant in effect.variants],
            "photos": effect.about.photos,
        }
        for effect in load_effects().values()
    ]
    return json.dumps(rows, indent=2)


def check(folders: Sequence[Path], say: Callable[[str], None]) -> None:
    """Say all that is wrong in effect folders; in those that Zoetrope ships unless some are named.

    Raises:
        CommandFailed: naming each place, and what is wrong there.
        LibrariesMissing: what recipes are run by is not installed.
    """
    files = [folder / "effect.toml" for folder in folders] or sorted(FOLDER.glob("*/effect.toml"))
    bases = Bases.built_in()
    problems = [problem for file in files for problem in check_effect(file, bases)]
    if problems:
        raise CommandFailed("\n".join(map(str, problems)))
    say(f"nothing is wrong in {len(files)} effects")
