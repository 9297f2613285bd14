"""The converted form of a weight file: named tensors, perhaps a plan, and proof of both.

One .safetensors file. Its metadata names the file it was made from and carries a digest of its
own content, which tells a damaged or foreign file from one we wrote.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from engine.weights.catalogue import Form
from engine.weights.face_mesh import triangles
from engine.weights.ncnn import compact
from engine.weights.plan import PLAN_JSON, Plan
from engine.weights.rife import blocks
from engine.weights.tflite_graph import convert

_FORMAT = "1"
"""Raised whenever the same source would convert to something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """Tensors by name, and the plan that uses them if they are a network's.

    `source_sha256` is the hash of the file they were converted from.
    """

    source_sha256: str
    tensors: Mapping[str, NDArray[Any]]
    plan: Plan | None

    @classmethod
    def from_source(cls, form: Form, data: bytes) -> Self:
        """Convert a weight file as its package ships it."""
        source_sha256 = hashlib.sha256(data).hexdigest()
        tensors, plan = _converted(form, data)
        return cls(source_sha256=source_sha256, tensors=tensors, plan=plan)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a converted file back.

        Raises:
            FileNotFoundError: there is none.
            ValueError: it is not whole, not ours or of another format.
        """
        try:
            with safe_open(path, "numpy") as file:
                metadata = file.metadata() or {}
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except SafetensorError as error:
            raise ValueError(f"{path} cannot be read: {error}") from error
        plan = PLAN_JSON.validate_json(metadata["plan"]) if "plan" in metadata else None
        read = cls(source_sha256=metadata.get("source", ""), tensors=tensors, plan=plan)
        if metadata != read._metadata():
            raise ValueError(f"{path} is not what was written")
        return read

    def write(self, path: Path) -> None:
        """Write to a file that is there whole or not at all, whoever else is writing it."""
        part = path.with_name(f"{path.name}.{uuid4().hex}.part")
        try:
            part.write_bytes(save(dict(self.tensors), self._metadata()))
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def _metadata(self) -> dict[str, str]:
        metadata = {"format": _FORMAT, "source": self.source_sha256}
        if self.plan is not None:
            metadata["plan"] = PLAN_JSON.dump_json(self.plan).decode()
        return {**metadata, "digest": self._digest(metadata)}

    def _digest(self, metadata: Mapping[str, str]) -> str:
        digest = hashlib.sha256(repr(sorted(metadata.items())).encode())
        for name in sorted(self.tensors):
            values = self.tensors[name]
            digest.update(f"{name} {values.dtype.str} {values.shape}".encode())
            digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()


def _converted(form: Form, data: bytes) -> tuple[dict[str, NDArray[Any]], Plan | None]:
    match form:
        case "face_mesh":
            return {"triangles": triangles(data.decode())}, None
        case "rife":
            return blocks(data), None
        case "ncnn_compact":
            return compact(data), None
        case "tflite":
            plan, constants = convert(data)
            return {str(number): values for number, values in constants.items()}, plan
