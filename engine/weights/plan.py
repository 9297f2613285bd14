"""A network as data: constant tensors, and the steps that turn an image into outputs.

Tensors are named by the number they have in the graph they were converted from. Images and
feature maps are (N, C, H, W); convolution kernels are in torch's order.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter

Setting = int | float | str | list[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One operation: reads `inputs`, in order, and writes `output`."""

    operator: str
    inputs: tuple[int, ...]
    output: int
    settings: dict[str, Setting]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The steps of a network in running order.

    Attributes:
        image: number of the input tensor.
        height: of the input image, pixels.
        width: of the input image, pixels.
        outputs: tensor number by output name.
        steps: in running order.
    """

    image: int
    height: int
    width: int
    outputs: dict[str, int]
    steps: tuple[Step, ...]


PLAN_JSON = TypeAdapter(Plan)
