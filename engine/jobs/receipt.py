"""What made a clip, whole enough to make it again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal, Self

from pydantic import TypeAdapter

from engine.jobs.job import ClipFormat, MediaKey, ParamValue


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoUsed:
    """A photo by the sha256 of its bytes as they were kept, and the key if that was in a store."""

    sha256: str
    key: MediaKey | None = None

    @classmethod
    def of(cls, data: bytes, key: MediaKey | None = None) -> Self:
        """Name a photo."""
        return cls(sha256=hashlib.sha256(data).hexdigest(), key=key)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoraUsed:
    """A LoRA file at a model hub, and how strongly it was used; None: nobody noted it."""

    repo: str
    file: str | None = None
    revision: str | None = None
    sha256: str | None = None
    weight: float = 1.0

    @property
    def name(self) -> str:
        """What to call it: by its file, or by its repository where that has but one."""
        return PurePosixPath(self.file or self.repo).name.removesuffix(".safetensors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How a model was held while it filmed.

    Attributes:
        dtype: what its denoiser reckons in, as torch calls it.
        bits: of each number that its denoiser's weights are kept in.
        tiled: whether its frames were decoded in tiles.
        speed: what was on that makes it faster, by name.
    """

    dtype: str
    bits: int
    tiled: bool
    speed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsUsed:
    """The files behind a model.

    Attributes:
        revisions: by repository, as they were fetched; empty: nobody noted them.
        taught: LoRAs that taught the base to take few steps.
    """

    revisions: Mapping[str, str] = field(default_factory=dict[str, str])
    loras: tuple[LoraUsed, ...] = ()
    taught: tuple[LoraUsed, ...] = ()
    held: Held | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUsed:
    """A generative model, and what it was told.

    Attributes:
        base: its id; `repo` is where that is from.
        prompts: the words of each shot, as the model was given them.
        width: of what it filmed, like `height` in pixels and `frames`, before anything else was
            done to it.
        smooth: how many steps each one from frame to frame was divided into afterwards.
        motion: the sha256 of the video that it moved as, if it did.
    """

    base: str
    title: str
    repo: str
    steps: int
    guidance: float
    shift: float | None
    prompts: tuple[str, ...]
    negative: str
    width: int
    height: int
    frames: int
    smooth: int
    weights: WeightsUsed | None = None
    motion: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """All that decides the frames of a clip.

    Attributes:
        params: every option of the effect, as it was settled.
        prompt: the words of whoever asked.
        look: what drew it, or else `model` filmed it.
        device: the hardware, and how many threads where that matters.
        libraries: versions by name, of Zoetrope and of what its frames come from.
    """

    effect: str
    effect_version: str
    variant: str
    seed: int
    params: Mapping[str, ParamValue]
    prompt: str
    format: ClipFormat
    photos: tuple[PhotoUsed, ...]
    width: int
    height: int
    frames: int
    fps: int
    look: str | None = None
    model: ModelUsed | None = None
    device: str | None = None
    libraries: Mapping[str, str] = field(default_factory=dict[str, str])
    v: Literal[1] = 1


RECEIPT_JSON = TypeAdapter(Receipt)
