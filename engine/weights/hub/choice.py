"""Which files of a repository are fetched: weights as safetensors and what describes them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from engine.errors import WeightsRefused

INDEX = "model_index.json"
"""It names the parts of a pipeline, each a folder."""

_TENSORS = ".safetensors"
_TEXTS = (".json", ".txt", ".model", ".jinja")
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".msgpack", ".h5")
_OTHER_PRECISION = re.compile(r"\.(fp16|fp8|bf16|fp32|non_ema)[.-]")
_LEGAL = re.compile(r"^(licen[cs]e|notice)(\.(txt|md))?$", re.IGNORECASE)
_PART = re.compile(r"^\w[\w-]*$")
_FILE = re.compile(r"^\w[\w.-]*$")


def parts_of(index: bytes | Mapping[str, Any], repo: str) -> list[str]:
    """Read which folders a pipeline is made of.

    Raises:
        WeightsRefused: it is no index of a pipeline.
    """
    try:
        told = json.loads(index) if isinstance(index, bytes) else index
        items = told.items()
    except (ValueError, AttributeError) as error:
        raise WeightsRefused(repo, f"its {INDEX} cannot be read") from error
    # what is not a pair of library and class is a setting; a pair of nulls is a part left out
    return [
        name
        for name, value in items
        if isinstance(value, list | tuple) and len(value) == 2 and value[1] and _PART.match(name)
    ]


def chosen(paths: Iterable[str], parts: Collection[str]) -> list[str]:
    """Choose among a repository's files: in the folders of its parts, and terms at the top."""
    return [path for path in sorted(paths) if _is_wanted(path, parts)]


def chosen_of_part(paths: Iterable[str]) -> list[str]:
    """Choose among the files of a repository that is one part, at its top."""
    return [path for path in sorted(paths) if _FILE.match(path) and _is_of_model(path)]


def check_pickles(
    paths: Collection[str], folder: str, repo: str, pinned: Collection[str] = ()
) -> None:
    """See that a folder has no weights that are pickles alone; the top folder is "".

    Raises:
        WeightsRefused: it has.
    """
    inside = [path for path in paths if path.rpartition("/")[0] == folder]
    if any(path.endswith(_TENSORS) for path in chosen_of_part(_names(inside))):
        return
    for path in inside:
        if path.endswith(_PICKLES) and path not in pinned:
            raise WeightsRefused(
                repo,
                f"{path} is a pickle, which can run any program when it is read, and there is no"
                " safetensors file in its place",
            )


def _names(paths: Iterable[str]) -> list[str]:
    return [path.rpartition("/")[2] for path in paths]


def _is_wanted(path: str, parts: Collection[str]) -> bool:
    folder, _, name = path.rpartition("/")
    if not folder:
        return name == INDEX or bool(_LEGAL.match(name))
    return folder in parts and bool(_FILE.match(name)) and _is_of_model(name)


def _is_of_model(name: str) -> bool:
    return name.endswith((_TENSORS, *_TEXTS)) and not _OTHER_PRECISION.search(name)
