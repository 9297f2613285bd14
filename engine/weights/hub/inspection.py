"""Looking at files on the disk: are they what they should be, and if not, in which way."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from engine.weights.hub.hashing import sha256_of
from engine.weights.hub.lock import LockedFile

_LONGEST_HEADER = 100_000_000
"""As the format has it."""
_SUFFIX = ".safetensors"
_PICKLES = (b"\x80", b"PK")
_PICKLE_SUFFIXES = {".bin", ".ckpt", ".pt", ".pth"}
_NO_TENSORS = "is no safetensors file"
_PICKLE = "is a pickle, which could run any program, and no safetensors file"


def is_whole(path: Path, expected: LockedFile) -> bool:
    """Tell whether a file is there, and is what it should be to the last byte."""
    return fault_of(path, expected) is None


def fault_of(path: Path, expected: LockedFile, *, thorough: bool = True) -> str | None:
    """Say what is wrong with a file; unless thorough, tensors are not read but counted."""
    try:
        size = path.stat().st_size
    except OSError:
        return "is missing"
    holds_tensors = path.suffix == _SUFFIX
    if holds_tensors and (fault := fault_of_safetensors(path)):
        return fault
    if size != expected.bytes:
        return f"has {size} bytes and not {expected.bytes}"
    if (thorough or not holds_tensors) and sha256_of(path) != expected.sha256:
        return "is not the file that was fetched: its sha256 differs"
    return None


def fault_of_safetensors(path: Path) -> str | None:
    """Say what is wrong with a file of tensors, from its header and its length alone."""
    size = path.stat().st_size
    with path.open("rb") as file:
        prefix = file.read(8)
        if len(prefix) < 8:
            return "is cut short: not even its header is there"
        (length,) = struct.unpack("<Q", prefix)
        if length > _LONGEST_HEADER:
            return _PICKLE if prefix.startswith(_PICKLES) else _NO_TENSORS
        if 8 + length > size:
            return "is cut short: not even its header is there"
        header = file.read(length)
    end = _end_of_tensors(header)
    if end is None:
        return _NO_TENSORS
    if size < 8 + length + end:
        return f"is cut short: {8 + length + end - size} bytes are missing"
    return None


def fault_in(folder: Path) -> str | None:
    """Say which file of a base is damaged or should not be there, as far as a quick look shows."""
    for path in sorted(it for it in folder.rglob("*") if it.is_file()):
        if fault := _fault_at_a_glance(path):
            return f"{path.relative_to(folder)} {fault}"
    return None


def _fault_at_a_glance(path: Path) -> str | None:
    if path.suffix == _SUFFIX:
        return fault_of_safetensors(path)
    if path.suffix == ".py":
        return "would have to be run, and no code of a base ever is"
    return _PICKLE if path.suffix in _PICKLE_SUFFIXES else None


def _end_of_tensors(header: bytes) -> int | None:
    """Find where the last tensor ends, None if the header does not say."""
    try:
        tensors = {
            name: told for name, told in json.loads(header).items() if name != "__metadata__"
        }
        return max((int(told["data_offsets"][1]) for told in tensors.values()), default=0)
    except (ValueError, AttributeError, KeyError, TypeError, IndexError):
        return None
