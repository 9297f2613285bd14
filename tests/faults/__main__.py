"""`python -m tests.faults [FAULT ...]`: make every fault happen, and say what it did to the asks.

Prints a table and writes the same rows to build/faults.json; fails unless all counts but the first
are zero.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from deploy.tables import table
from tests.faults.matrix import FAULTS
from tests.faults.processes import DidNotHappen
from tests.faults.progress import say
from tests.faults.verdict import Row
from tests.faults.world import Trial

RESULT = Path("build/faults.json")
AT_ONCE = 2


async def main(names: Sequence[str]) -> int:
    """Run faults, a few at a time; 0 if nothing was lost, doubled or charged wrong."""
    folder = Path(tempfile.mkdtemp(prefix="zoetrope-faults-"))
    free, migrating = asyncio.Semaphore(AT_ONCE), asyncio.Lock()

    async def run(name: str) -> Row | None:
        trial = Trial(name, folder / name, migrating)
        trial.folder.mkdir()
        async with free:
            say(f"{name} ...")
            try:
                return await FAULTS[name](trial)
            except DidNotHappen as error:
                say(f"  {name}: {error}")
                return None

    rows = [row for row in await asyncio.gather(*map(run, names)) if row is not None]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
    head = [field.name for field in fields(Row)]
    say("\n" + table(head, [list(asdict(row).values()) for row in rows]))
    if len(rows) < len(names) or not all(row.is_clean for row in rows):
        say(f"\nWhat the processes said is in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fault", nargs="*", help="all, if none is named")
    chosen = parser.parse_args().fault or list(FAULTS)
    if unknown := set(chosen) - FAULTS.keys():
        parser.error(f"there is no {min(unknown)}, but there are {', '.join(FAULTS)}")
    began = time.monotonic()
    code = asyncio.run(main(chosen))
    say(f"{time.monotonic() - began:.0f} s")
    sys.exit(code)
