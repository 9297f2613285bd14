"""`zoetrope effects`: the catalogue on the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy import folder
from deploy.errors import CommandFailed
from deploy.models import hub_of
from deploy.render import find_effect
from deploy.tables import table
from engine.effects.catalogue import FOLDER, Effect, effect_files, version_files
from engine.effects.recipe_parts import loras_of
from engine.effects.versions import Versions
from engine.pipelines.bases import Bases
from engine.settings import EngineSettings
from engine.weights.hub.loras import Loras


def as_table(settings: EngineSettings) -> str:
    """One line per effect, in its usual version."""
    effects = _usual(settings)
    return table(
        ("effect", "version", "made by", "what happens"),
        [(e.id, e.about.version, _makers(e), e.about.summary["en"]) for e in effects],
    )


def _usual(settings: EngineSettings) -> list[Effect]:
    return [effect for name, effect in Versions(settings.effects).items() if name == effect.id]


def _makers(effect: Effect) -> str:
    by = {"a model": effect.recipes, "a program": effect.looks}
    return " or ".join(name for name, variants in by.items() if variants)


def as_json(settings: EngineSettings) -> str:
    """Everything a program asks about: id, version, look, variants, photos."""
    rows = [
        {
            "id": effect.id,
            "version": effect.about.version,
            "look": next((variant.look for variant in effect.looks), None),
            "variants": [variant.name for variant in effect.variants],
            "photos": effect.about.photos,
        }
        for effect in _usual(settings)
    ]
    return json.dumps(rows, indent=2)


def lock(settings: EngineSettings, effects: Sequence[str], say: Callable[[str], None]) -> None:
    """Note revision and sha256 of the LoRAs of recipes, of all versions unless some are named.

    Raises:
        CommandFailed: there is no such effect, or the data folder cannot be made.
        LibrariesMissing: what speaks to a hub is not installed.
        HubUnreachable, WeightsRefused: one cannot be looked up; those before it are noted.
    """
    named = [find_effect(name, settings) for name in effects]
    found = named or list(Versions(settings.effects).values())
    recipes = [recipe for effect in found for recipe in effect.recipes]
    folder.make(settings.folder)
    settings.models.mkdir(exist_ok=True)
    loras, hub = Loras(settings.models), hub_of(settings)
    for row in loras_of(recipes, Bases.built_in()):
        pinned = loras.pin(row, hub)
        say(f"{row}: {pinned.file} at {pinned.revision}, sha256 {pinned.sha256}")


def check(settings: EngineSettings, folders: Sequence[Path], say: Callable[[str], None]) -> None:
    """Say all that is wrong in effect folders; in ours and the operator's unless some are named.

    Raises:
        CommandFailed: naming each place, and what is wrong there.
        LibrariesMissing: what recipes are run by is not installed.
    """
    from engine.effects.checking import check_effect  # imports torch

    named = [file for folder in folders for file in _files_in(folder)]
    files = named or [*effect_files(FOLDER), *effect_files(settings.effects)]
    bases = Bases.built_in()
    problems = [problem for file in files for problem in check_effect(file, bases)]
    if problems:
        raise CommandFailed("\n".join(map(str, problems)))
    say(f"nothing is wrong in {len(files)} versions of effects")


def _files_in(folder: Path) -> list[Path]:
    """List the files of an effect's folder, which has the usual one unless it has others alone."""
    usual, *others = version_files(folder)
    return [*others] if others and not usual.exists() else [usual, *others]
