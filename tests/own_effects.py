"""Effects in the operator's folder, for tests."""

from __future__ import annotations

from pathlib import Path

from engine.effects.catalogue import FOLDER, USUAL, load_effect

ROBOT = load_effect(FOLDER / "robot" / USUAL)
_TEXT = (FOLDER / "robot" / USUAL).read_text(encoding="utf-8")


def write_version(
    folder: Path, version: str, *, effect: str = "robot", usual: bool = False
) -> Path:
    """Put another version of the robot there, or of an effect like it; its file."""
    file = folder / effect / (USUAL if usual else f"versions/{version}.toml")
    text = _TEXT.replace(f'version = "{ROBOT.version}"', f'version = "{version}"')
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.replace('id = "robot"', f'id = "{effect}"'), encoding="utf-8")
    return file
