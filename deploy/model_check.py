"""`zoetrope models check`: whether the families of generative models work here."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from deploy.errors import CommandFailed
from deploy.tables import table
from engine.pipelines.check import ROW, Checked, check
from engine.pipelines.families import NAMES, family


def check_tiny(names: Sequence[str], say: Callable[[str], None], *, as_json: bool) -> None:
    """Try families by checkpoints made of random numbers; all of them unless some are named.

    Raises:
        CommandFailed: one does not work, or there is none of that name.
        LibrariesMissing: what they are run by is not installed.
    """
    unknown = sorted(set(names) - NAMES.keys())
    if unknown:
        raise CommandFailed(f"there is no family {unknown[0]}: there are {', '.join(NAMES)}")
    found = [_check(name) for name in names or NAMES]
    say(_json(found) if as_json else _table(found))
    faults = [f"{each.family}: {fault}" for each in found for fault in each.faults]
    if faults:
        raise CommandFailed("\n".join(faults))


def _check(name: str) -> Checked:
    with tempfile.TemporaryDirectory(prefix="zoetrope-") as folder:
        return check(family(name), Path(folder))


def _json(found: Iterable[Checked]) -> str:
    return json.dumps([{name: getattr(each, name) for name in ROW} for each in found], indent=2)


def _table(found: Iterable[Checked]) -> str:
    family_column, *others = ROW
    rows = [(each.family, *(_SAID[getattr(each, name)] for name in others)) for each in found]
    return table((family_column, *others), rows)


_SAID = {True: "yes", False: "no", None: "-"}
