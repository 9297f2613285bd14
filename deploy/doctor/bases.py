"""The bases of generative models: are those that were fetched whole."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.doctor.finding import Finding
from engine.errors import LockInvalid
from engine.pipelines.bases import Bases
from engine.settings import EngineSettings
from engine.weights.hub.bases import BaseFiles, fetching

WHAT = "bases"


def look_at_bases(engine: EngineSettings) -> Iterator[Finding]:
    """Look at the bases that are there or begun, without reading all of them.

    Where nobody fetched any there is nothing to say: looks need none.
    """
    files, bases = BaseFiles(engine.models), Bases.built_in().by_id
    fetched = [name for name in files.names() if name in bases]
    begun = [name for name in bases if files.state(name) == "begun"]
    try:
        faults = [
            fault for name in fetched for fault in files.faults(name, bases[name], thorough=False)
        ]
    except LockInvalid as error:
        yield Finding(what=WHAT, found=f"{error.path}: {error.why}", mend="mend it, or remove it")
        return
    for fault in faults:
        found = f"{fault.path} of {fault.base} {fault.what}"
        yield Finding(what=WHAT, found=found, mend=f"run {fetching(fault.base)}")
    for name in begun:
        yield Finding(what=WHAT, found=f"{name} is fetched in part", mend=f"run {fetching(name)}")
    if fetched and not faults and not begun:
        yield Finding(what=WHAT, found=", ".join(fetched))
