"""Prompts that were encoded once are not encoded again, so that their encoder need not be there.

What a pipeline's `encode_prompt` gives is kept as it is: the frames are the same to the bit. It
works on every family alike, as no pipeline is called with anything else than before. Where an
encoder also looks at pictures (HunyuanVideo and Motif, from a photo) it comes back for those.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch

from engine.pipelines.family import Pipeline

log = logging.getLogger(__name__)

Encoded = tuple[torch.Tensor | None, ...]
"""What `encode_prompt` gives, on the CPU."""
Encode = Callable[..., Any]

_ENCODERS = ("text_encoder", "tokenizer")
_EDGE = 1 << 16
_WHERE = ("self", "device")


def encoder_identity(folder: Path) -> str:
    """Tell the encoders of a checkpoint apart, without reading all of their weights."""
    found = hashlib.sha256()
    for file in sorted(_encoder_files(folder)):
        size = file.stat().st_size
        found.update(f"{file.relative_to(folder).as_posix()} {size}\n".encode())
        with file.open("rb") as opened:
            found.update(opened.read(_EDGE))
            opened.seek(max(0, size - _EDGE))
            found.update(opened.read())
    return found.hexdigest()


def _encoder_files(folder: Path) -> Iterator[Path]:
    for part in folder.iterdir():
        if part.is_dir() and part.name.startswith(_ENCODERS):
            yield from (file for file in part.rglob("*") if file.is_file())


class PromptCache:
    """Encoded prompts by what was encoded: the latest in memory, all of them on disk.

    Where they are unreadable, or there is no place for them, they are encoded again.
    """

    def __init__(
        self, folder: Path, *, memory_bytes: int = 1 << 30, disk_bytes: int = 8 << 30
    ) -> None:
        self._folder = folder
        self._memory_bytes = memory_bytes
        self._disk_bytes = disk_bytes
        self._kept: OrderedDict[str, Encoded] = OrderedDict()

    def get(self, key: str) -> Encoded | None:
        """Find what was encoded."""
        if key not in self._kept:
            read = self._read(key)
            if read is None:
                return None
            self._keep(key, read)
        self._kept.move_to_end(key)
        return self._kept[key]

    def put(self, key: str, encoded: Encoded) -> None:
        """Keep what was encoded."""
        self._keep(key, encoded)
        try:
            self._write(key, encoded)
            self._tidy()
        except OSError as error:
            log.warning("an encoded prompt is not kept in %s: %s", self._folder, error)

    def _keep(self, key: str, encoded: Encoded) -> None:
        self._kept[key] = encoded
        while len(self._kept) > 1 and sum(map(_size, self._kept.values())) > self._memory_bytes:
            self._kept.popitem(last=False)

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}.safetensors"

    def _read(self, key: str) -> Encoded | None:
        file = self._file(key)
        try:
            tensors = safetensors.torch.load_file(file)
            with safetensors.safe_open(file, framework="pt") as opened:
                length = int(opened.metadata()["length"])
            os.utime(file)
        except (OSError, KeyError, TypeError, ValueError, safetensors.SafetensorError) as error:
            if file.exists():
                log.warning("%s is damaged, and made anew: %s", file, error)
            return None
        return tuple(tensors.get(str(at)) for at in range(length))

    def _write(self, key: str, encoded: Encoded) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        tensors = {str(at): part for at, part in enumerate(encoded) if part is not None}
        partial = self._folder / f"{key}.{os.getpid()}.partial"
        safetensors.torch.save_file(tensors, partial, metadata={"length": str(len(encoded))})
        partial.replace(self._file(key))

    def _tidy(self) -> None:
        """Give up those that were not used for longest."""
        files = [(file.stat(), file) for file in self._folder.glob("*.safetensors")]
        total = sum(stat.st_size for stat, _ in files)
        for stat, file in sorted(files, key=lambda each: each[0].st_mtime_ns)[:-1]:
            if total <= self._disk_bytes:
                return
            file.unlink(missing_ok=True)
            total -= stat.st_size


def _size(encoded: Encoded) -> int:
    return sum(part.nbytes for part in encoded if part is not None)


class RememberedPrompts:
    """Has pipelines that share their encoders encode each prompt once.

    Their `encode_prompt` is replaced by one that looks here first.
    """

    def __init__(self, pipelines: list[Pipeline], cache: PromptCache, identity: str) -> None:
        self._cache = cache
        self._identity = identity
        for pipeline in pipelines:
            if (encode := getattr(pipeline, "encode_prompt", None)) is not None:
                pipeline.encode_prompt = self._remembering(pipeline, encode)

    def _remembering(self, pipeline: Pipeline, encode: Encode) -> Encode:
        signature = inspect.signature(encode)
        dtype = getattr(getattr(pipeline, "text_encoder", None), "dtype", "")
        kind = f"{type(pipeline).__qualname__} {dtype}"

        def remembered(*positional: Any, **named: Any) -> Any:
            asked = signature.bind(*positional, **named)
            asked.apply_defaults()
            key = self._key(kind, asked.arguments)
            if key is None:
                return encode(*positional, **named)
            device = asked.arguments.get("device") or pipeline._execution_device
            if (known := self._cache.get(key)) is None:
                given = encode(*positional, **named)
                if not _is_plain(given):
                    return given
                known = tuple(None if part is None else part.detach().cpu() for part in given)
                known = tuple(None if part is None else part.contiguous() for part in known)
                self._cache.put(key, known)
            return tuple(None if part is None else part.to(device) for part in known)

        return remembered

    def _key(self, kind: str, asked: Mapping[str, Any]) -> str | None:
        """Name what is asked, None if it is not words alone."""
        words = {
            name: str(value) if isinstance(value, torch.dtype) else value
            for name, value in asked.items()
            if name not in _WHERE
        }
        try:
            told = json.dumps([self._identity, kind, words], sort_keys=True, ensure_ascii=False)
        except TypeError:  # a picture, or what is encoded already
            return None
        return hashlib.sha256(told.encode()).hexdigest()


def _is_plain(given: Any) -> bool:
    return isinstance(given, tuple) and all(
        part is None or isinstance(part, torch.Tensor) for part in given
    )
