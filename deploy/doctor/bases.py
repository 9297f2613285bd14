"""The bases of generative models and their LoRAs: are those that were fetched whole, and of use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from deploy.doctor.finding import Finding
from deploy.model_list import this_machine
from engine.errors import LockInvalid
from engine.pipelines.bases import Bases
from engine.pipelines.memory.fitting import usable
from engine.pipelines.memory.profiles import Unfit
from engine.settings import EngineSettings
from engine.weights.hub.bases import BaseFiles, fetching
from engine.weights.hub.lock import Lock
from engine.weights.hub.loras import Loras

WHAT = "bases"
LORAS = "LoRAs"


def look_at_bases(engine: EngineSettings) -> Iterator[Finding]:
    """Look at the bases that are there or begun, without reading all of them.

    Where nobody fetched any there is nothing to say: looks need none.
    """
    try:
        Lock.read(engine.models)
    except LockInvalid as error:
        yield Finding(what=WHAT, found=f"{error.path}: {error.why}", mend="mend it, or remove it")
        return
    yield from _look_at_whole(engine)
    yield from _look_at_loras(engine)


def _look_at_whole(engine: EngineSettings) -> Iterator[Finding]:
    files, bases = BaseFiles(engine.models), Bases.built_in().by_id
    fetched = [name for name in files.names() if name in bases]
    begun = [name for name in bases if files.state(name) == "begun"]
    faults = [
        fault for name in fetched for fault in files.faults(name, bases[name], thorough=False)
    ]
    for fault in faults:
        found = f"{fault.path} of {fault.base} {fault.what}"
        yield Finding(what=WHAT, found=found, mend=f"run {fetching(fault.base)}")
    for name in begun:
        yield Finding(what=WHAT, found=f"{name} is fetched in part", mend=f"run {fetching(name)}")
    if fetched and not faults and not begun:
        yield Finding(what=WHAT, found=", ".join(fetched))
    yield from _useless(fetched, engine)


def _useless(fetched: Iterable[str], engine: EngineSettings) -> Iterator[Finding]:
    """Say which bases no worker would use here; another machine may share the folder."""
    machine, bases = this_machine(engine), Bases.built_in().by_id
    for name in fetched:
        if isinstance(found := usable(name, bases[name], machine), Unfit):
            yield Finding(what=WHAT, found=f"{name} is not used on this machine: {found.reason}")


def _look_at_loras(engine: EngineSettings) -> Iterator[Finding]:
    loras = Loras(engine.models)
    refs = loras.refs()
    damaged = {ref: what for ref in refs if (what := loras.damage(ref))}
    for ref, what in damaged.items():
        mend = f"run {fetching(f'--lora {ref}')}"
        yield Finding(what=LORAS, found=f"{ref} {what}", mend=mend)
    if refs and not damaged:
        yield Finding(what=LORAS, found=f"{len(refs)} fetched")
