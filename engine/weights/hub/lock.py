"""bases.lock.toml: which revision and which bytes everything from a hub was, when first fetched.

Whoever has the file gets the same again, from whichever hub, or nothing.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Self
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.errors import LockInvalid
from engine.weights.catalogue import Sha256
from engine.weights.hub.hashing import sha256_of
from engine.weights.hub.reference import Repo, Revision

NAME = "bases.lock.toml"

FilePath = Annotated[str, Field(pattern=r"^(\w[\w-]*/)?\w[\w.-]*$")]
"""Within the folder of a base: at most one folder deep, and never out of it."""

_HEAD = "# What was fetched from a model hub. Remove an entry to take the newest revision of it.\n"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LockedFile(_Record):
    """What a file has to be; `pickle` names the one at the hub that it is made from."""

    sha256: Sha256
    bytes: int = Field(ge=0)
    pickle: FilePath | None = None

    @classmethod
    def of(cls, path: Path) -> Self:
        """Say what a file is."""
        return cls(sha256=sha256_of(path), bytes=path.stat().st_size)


class LockedBase(_Record):
    """One base: the revision of each repository that it is from, and its files by path."""

    revisions: Mapping[Repo, Revision]
    files: Mapping[FilePath, LockedFile]


class LockedLora(_Record):
    """One LoRA."""

    file: str
    revision: Revision
    sha256: Sha256
    bytes: int = Field(ge=0)


class Lock(_Record):
    """All that was fetched; LoRAs are named as `LoraRef` is written."""

    bases: Mapping[str, LockedBase] = Field(default_factory=dict[str, LockedBase])
    loras: Mapping[str, LockedLora] = Field(default_factory=dict[str, LockedLora])

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the lock of a folder; an empty one if there is none.

        Raises:
            LockInvalid: it is no lock.
        """
        path = folder / NAME
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return cls()
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
            raise LockInvalid(str(path), _first_line(error)) from error

    def with_base(self, name: str, base: LockedBase) -> Self:
        """Add a base, or replace it."""
        return self.model_copy(update={"bases": {**self.bases, name: base}})

    def with_lora(self, name: str, lora: LockedLora) -> Self:
        """Add a LoRA, or replace it."""
        return self.model_copy(update={"loras": {**self.loras, name: lora}})

    def write(self, folder: Path) -> None:
        """Write it to a folder, whole or not at all."""
        part = folder / f"{NAME}.{uuid4().hex}.part"
        try:
            part.write_text(_HEAD + "\n".join(self._lines()) + "\n", encoding="utf-8")
            part.replace(folder / NAME)
        finally:
            part.unlink(missing_ok=True)

    def _lines(self) -> Iterator[str]:
        for name, base in sorted(self.bases.items()):
            yield f"\n[bases.{_text(name)}.revisions]"
            yield from (f"{_text(repo)} = {_text(it)}" for repo, it in base.revisions.items())
            yield f"[bases.{_text(name)}.files]"
            yield from (f"{_text(path)} = {_inline(file)}" for path, file in base.files.items())
        for name, lora in sorted(self.loras.items()):
            yield f"\n[loras.{_text(name)}]"
            yield from (f"{key} = {_value(value)}" for key, value in lora.model_dump().items())


def _inline(record: BaseModel) -> str:
    said = record.model_dump(exclude_none=True)
    return "{ " + ", ".join(f"{key} = {_value(value)}" for key, value in said.items()) + " }"


def _value(value: str | int) -> str:
    return _text(value) if isinstance(value, str) else str(value)


def _text(text: str) -> str:
    """Write a string of TOML, whose escapes are those of JSON and one more."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error).splitlines()[0]
