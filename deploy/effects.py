"""`zoetrope effects`: the catalogue on the terminal."""

from __future__ import annotations

import json

from deploy.tables import table
from engine.effects.catalogue import load_effects


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
