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
from engine.effects.catalogue import FOLDER, Effect, load_effects
from engine.effects.checking import check_effect
from engine.effects.recipe_parts import loras_of
from engine.pipelines.bases import Bases
from engine.settings import EngineSettings
from engine.weights.hub.loras import Loras


def as_table() -> str:
    """One line per effect."""
    effects = load_effects().values()
    return table(
        ("effect", "version", "made by", "what happens"),
        [(e.id, e.about.version, _makers(e), e.about.summary["en"]) for e in effects],
    )


def _makers(effect: Effect) -> str:
    by = {"a model": effect.recipes, "a program": effect.looks}
    return " or ".join(name for name, variants in by.items() if variants)


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


def lock(settings: EngineSettings, effects: Sequence[str], say: Callable[[str], None]) -> None:
    """Note revision and sha256 of the LoRAs of recipes, of all effects unless some are named.

    Raises:
        CommandFailed: there is no such effect, or the data folder cannot be made.
        LibrariesMissing: what speaks to a hub is not installed.
        HubUnreachable, WeightsRefused: one cannot be looked up; those before it are noted.
    """
    found = [find_effect(name) for name in effects] or list(load_effects().values())
    recipes = [recipe for effect in found for recipe in effect.recipes]
    folder.make(settings.folder)
    settings.models.mkdir(exist_ok=True)
    loras, hub = Loras(settings.models), hub_of(settings)
    for row in loras_of(recipes, Bases.built_in()):
        pinned = loras.pin(row, hub)
        say(f"{row}: {pinned.file} at {pinned.revision}, sha256 {pinned.sha256}")


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
