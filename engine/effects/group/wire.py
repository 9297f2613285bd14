"""What the processes of a group tell each other: lines of JSON, and pictures after them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from math import prod
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.pipelines.longer.script import Script
from engine.pipelines.take import Take

Pixels = NDArray[np.uint8]
_PICTURES = "pictures"
_FRAMES = ("before", "motion")
"""Parts of a take that may be many frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something one process tells another.

    Attributes:
        film: which one it is about, counted from 1; 0: none.
        told: what can be said in JSON.
        pixels: what comes after it.
    """

    what: str
    film: int = 0
    told: Mapping[str, Any] = field(default_factory=dict[str, Any])
    pixels: Sequence[Pixels] = ()


def write(pipe: BinaryIO, message: Message) -> None:
    """Send a message; BrokenPipeError if nobody reads any more."""
    shapes = [each.shape for each in message.pixels]
    line = {"what": message.what, "film": message.film, "told": message.told, "shapes": shapes}
    pipe.write(json.dumps(line).encode() + b"\n")
    for each in message.pixels:
        pipe.write(np.ascontiguousarray(each).tobytes())
    pipe.flush()


def read(pipe: BinaryIO) -> Message | None:
    """Wait for a message; None once the other process is gone."""
    text = pipe.readline()
    if not text.endswith(b"\n"):
        return None
    line = json.loads(text)
    pixels: list[Pixels] = []
    for shape in line["shapes"]:
        data = pipe.read(prod(shape))
        if len(data) < prod(shape):
            return None
        pixels.append(np.frombuffer(data, np.uint8).reshape(shape))
    return Message(what=line["what"], film=line["film"], told=line["told"], pixels=pixels)


def packed(script: Script) -> tuple[dict[str, Any], list[Pixels]]:
    """Take a script apart, into what is told and what comes after it."""
    pixels: list[Pixels] = []
    shots = [_packed(shot, pixels) for shot in script.shots]
    return {"shots": shots, "longest": script.longest}, pixels


def unpacked(told: Mapping[str, Any], pixels: Sequence[Pixels]) -> Script:
    """Put a script together again."""
    shots = tuple(_unpacked(shot, pixels) for shot in told["shots"])
    return Script(shots=shots, longest=told["longest"])


def _packed(take: Take, pixels: list[Pixels]) -> dict[str, Any]:
    def put(each: Pixels) -> int:
        pixels.append(each)
        return len(pixels) - 1

    plain = {each.name: getattr(take, each.name) for each in fields(take)}
    pictures = {str(at): put(picture) for at, picture in take.pictures.items()}
    frames = {name: put(plain[name]) for name in _FRAMES if plain[name] is not None}
    return plain | {_PICTURES: pictures} | frames


def _unpacked(told: Mapping[str, Any], pixels: Sequence[Pixels]) -> Take:
    pictures = {int(at): pixels[number] for at, number in told[_PICTURES].items()}
    frames = {name: pixels[told[name]] for name in _FRAMES if told[name] is not None}
    return Take(**{**told, _PICTURES: pictures, **frames})
