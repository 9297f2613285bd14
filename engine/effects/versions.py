"""Every version of every effect: what ships, and what the operator has put beside it.

The operator's folder is laid out as ours is. It may hold effects that do not ship, and other
versions of those that do; no code is loaded from it, so its looks are ours.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock

from engine.effects.catalogue import (
    FOLDER,
    USUAL,
    Effect,
    effect_files,
    load_effect,
    load_effects,
)
from engine.effects.variants import RecipeVariant
from engine.errors import EffectInvalid
from engine.jobs.catalogue import newness

log = logging.getLogger(__name__)

_AT = "@"
Signature = tuple[tuple[str, int, int, int], ...]


def named(effect: str, version: str) -> str:
    """Name one version of an effect."""
    return f"{effect}{_AT}{version}"


def version_of(effects: Mapping[str, Effect], effect: str, version: str) -> Effect | None:
    """Find a version of an effect, or else its usual one; None if the effect is not known."""
    return effects.get(named(effect, version)) or effects.get(effect)


class Versions(Mapping[str, Effect]):
    """The usual version of each effect by its id, each other one by `id@version`.

    What is wrong in the operator's folder is left out, said in the log once, and kept as `faults`.
    """

    def __init__(self, own: Path) -> None:
        self._own = own
        self._shipped = _shipped()
        self._lock = Lock()
        self._seen: Signature = ()
        self._effects: Mapping[str, Effect] = self._shipped
        self.faults: tuple[EffectInvalid, ...] = ()
        self.look_again()

    def __getitem__(self, name: str) -> Effect:
        return self._effects[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._effects)

    def __len__(self) -> int:
        return len(self._effects)

    @property
    def recipes(self) -> list[RecipeVariant]:
        """All recipes of all versions."""
        return [recipe for effect in self.values() for recipe in effect.recipes]

    def look_again(self) -> bool:
        """Read the operator's folder anew if anything in it has changed; says whether it has."""
        with self._lock:
            now = _signature(self._own)
            if now == self._seen:
                return False
            self._seen = now
            self._read()
            return True

    def _read(self) -> None:
        effects, faults = dict(self._shipped), list[EffectInvalid]()
        for path in _usual_and_newest_first(self._own):
            try:
                effect = load_effect(path)
                _check_fits(effect, path, effects)
            except EffectInvalid as fault:
                log.warning("%s", fault)
                faults.append(fault)
            else:
                name = named(effect.id, effect.version) if effect.id in effects else effect.id
                effects[name] = effect
        # one step: others read while this is written
        self._effects, self.faults = effects, tuple(faults)


def _shipped() -> Mapping[str, Effect]:
    usual = load_effects()
    others = (load_effect(path) for path in effect_files(FOLDER) if path.name != USUAL)
    return {**usual, **{named(effect.id, effect.version): effect for effect in others}}


def _check_fits(effect: Effect, path: Path, effects: Mapping[str, Effect]) -> None:
    """Check a version of the operator's against what there is.

    Raises:
        EffectInvalid: it cannot be offered beside that.
    """
    usual = effects.get(effect.id)
    if usual is not None and effect.version in _versions(effects, effect.id):
        raise EffectInvalid(
            str(path), f"there is a version {effect.version} already, which is used"
        )
    if usual is not None and usual.about.photos != effect.about.photos:
        what = f"takes {effect.about.photos} photos, the usual version {usual.about.photos}"
        raise EffectInvalid(str(path), f"effect.photos: it {what}")
    for number, variant in enumerate(effect.variants):
        if not isinstance(variant, RecipeVariant) and not ships(variant.look):
            raise EffectInvalid(
                str(path), f"variant.{number}.look: there is no look {variant.look}"
            )


def ships(look: str) -> bool:
    """Tell whether there is a look of that name."""
    return (FOLDER / look / "look.py").is_file()


def _usual_and_newest_first(folder: Path) -> list[Path]:
    """Order files so that the first of each effect can be its usual version."""
    return sorted(
        effect_files(folder),
        key=lambda path: (path.name == USUAL, newness(path.stem)),
        reverse=True,
    )


def _versions(effects: Mapping[str, Effect], effect: str) -> Sequence[str]:
    return [each.version for each in effects.values() if each.id == effect]


def _signature(folder: Path) -> Signature:
    """Say what tells whether a folder has changed."""
    # what is beside an effect.toml may be what that was missing
    files = sorted({*effect_files(folder), *folder.glob("*/*.*")})
    return tuple((str(path), *_state(path)) for path in files)


def _state(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0, 0
    return found.st_mtime_ns, found.st_size, found.st_ino
