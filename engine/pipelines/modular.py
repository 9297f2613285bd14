"""Pipelines that diffusers puts together from blocks, as it does those of the newest models.

They are read part by part, from the folders that their index names: neither from anywhere else that
a checkpoint may name, nor by code that it brings.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from torch import nn

from engine.pipelines.family import Family, Pipeline, as_frames
from engine.pipelines.libraries import diffusers, read_tokenizer, transformers
from engine.pipelines.take import Footage, Take

INDEX = "model_index.json"
SCHEDULER = "scheduler_config.json"

# whatever goes wrong in a block is raised as well, and to be stopped in one is nothing wrong
logging.getLogger("diffusers.modular_pipelines.modular_pipeline").setLevel(logging.CRITICAL)


class OfBlocks(Family):
    """A family whose pipelines are made of blocks, which give all that is asked for by name."""

    gives: ClassVar[Sequence[str]] = ("videos",)

    def usual(self, take: Take) -> dict[str, Any]:
        """Leave out guidance, which has a block of its own."""
        usual = super().usual(take)
        del usual["guidance_scale"]
        return usual | {"output": list(self.gives)}

    def footage(self, output: Any, take: Take) -> Footage:
        """Take the frames out of what the last block gives."""
        return Footage(frames=as_frames(output["videos"]), fps=take.fps)


@dataclass(frozen=True, slots=True)
class Pictures:
    """What an encoder of words and pictures is given them by.

    The whole processors of transformers would also need torchvision, for films, which nobody shows
    to these encoders.
    """

    tokenizer: Any
    image_processor: Any

    @classmethod
    def from_pretrained(cls, folder: Path) -> Self:
        """Read it from a folder."""
        return cls(
            read_tokenizer(folder),
            transformers.AutoImageProcessor.from_pretrained(folder, local_files_only=True),
        )

    def save_pretrained(self, folder: Path) -> None:
        """Write it to a folder."""
        self.tokenizer.save_pretrained(folder)
        self.image_processor.save_pretrained(folder)

    def create_mm_token_type_ids(self, texts: Sequence[Sequence[int]]) -> list[list[int]]:
        """Say of each token whether it is of a picture, 1, or of a word, 0."""
        picture = self.tokenizer.convert_tokens_to_ids("<|image_pad|>")
        return [[int(token == picture) for token in text] for text in texts]


def is_modular(name: str) -> bool:
    """Tell whether a pipeline of diffusers is made of blocks, by the name of its class."""
    return issubclass(getattr(diffusers, name), diffusers.ModularPipeline)


def put_together(name: str, **parts: Any) -> Pipeline:
    """Make a pipeline of a class out of its parts."""
    pipeline = getattr(diffusers, name)()
    for part, made in parts.items():
        setattr(pipeline, part, made)
    _without_bars(pipeline._blocks)
    return pipeline


def read(name: str, folder: Path, dtypes: Mapping[str, torch.dtype]) -> Pipeline:
    """Read a pipeline of a class from a folder; parts that its index leaves out are not there.

    Attributes:
        dtypes: of its networks by their names, and by "default" of all others.
    """
    pipeline = getattr(diffusers, name)()
    index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    parts: dict[str, Any] = {}
    for part in pipeline.pretrained_component_names:
        if index.get(part, [None])[-1] is not None:
            kind = pipeline.get_component_spec(part).type_hint
            parts[part] = _read(kind, folder / part, dtypes.get(part, dtypes["default"]))
    return put_together(name, **parts)


def write(pipeline: Pipeline, folder: Path) -> None:
    """Write a pipeline to a folder, so that it can be read again."""
    folder.mkdir(parents=True, exist_ok=True)
    index: dict[str, Any] = {"_class_name": type(pipeline).__name__}
    for name in pipeline.pretrained_component_names:
        if (part := getattr(pipeline, name)) is not None:
            part.save_pretrained(folder / name)
            index[name] = [type(part).__module__.partition(".")[0], type(part).__name__]
    (folder / INDEX).write_text(json.dumps(index, indent=2), encoding="utf-8")


def _read(kind: Any, folder: Path, dtype: torch.dtype) -> Any:
    if kind is transformers.AutoTokenizer or issubclass(kind, transformers.PreTrainedTokenizerBase):
        return read_tokenizer(folder)
    if kind is diffusers.SchedulerMixin:
        kind = _scheduler(folder)
    if issubclass(kind, transformers.ProcessorMixin):
        return Pictures.from_pretrained(folder)
    if not issubclass(kind, nn.Module):
        return kind.from_pretrained(folder, local_files_only=True)
    network: Any = kind
    return network.from_pretrained(
        folder, dtype=dtype, local_files_only=True, use_safetensors=True
    ).eval()


def _scheduler(folder: Path) -> Any:
    """Find which of diffusers' schedulers is kept in a folder.

    Raises:
        ValueError: what is kept there is none of them.
    """
    config = json.loads((folder / SCHEDULER).read_text(encoding="utf-8"))
    name = config.get("_class_name")
    kind = getattr(diffusers, str(name), None)
    if not (isinstance(kind, type) and issubclass(kind, diffusers.SchedulerMixin)):
        raise ValueError(f"{name} is no scheduler of diffusers")
    return kind


def _without_bars(blocks: Any) -> None:
    for block in blocks.sub_blocks.values():
        if hasattr(block, "set_progress_bar_config"):
            block.set_progress_bar_config(disable=True)
        _without_bars(block)
