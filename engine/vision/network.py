"""Runs the plan of a converted network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.vision.operators import OPERATORS
from engine.weights import Converted
from engine.weights.plan import Plan


class Network:
    """A network on a device: images in, named outputs out.

    Images are (N, 3, height, width) in the value range the network was trained with.
    """

    def __init__(self, plan: Plan, constants: Mapping[str, NDArray[Any]], device: str) -> None:
        self.plan = plan
        self.device = torch.device(device)
        self._constants = {
            int(number): torch.from_numpy(values).to(self.device, torch.float32)
            for number, values in constants.items()
        }

    @classmethod
    def of(cls, converted: Converted, device: str) -> Self:
        """Build the network a converted weight file describes."""
        if converted.plan is None:
            raise ValueError("this weight file is not a network")
        return cls(converted.plan, converted.tensors, device)

    @torch.no_grad()
    def __call__(self, images: Tensor) -> dict[str, Tensor]:
        """Run a batch of images."""
        values = {**self._constants, self.plan.image: images.to(self.device)}
        for step in self.plan.steps:
            inputs = [values[number] for number in step.inputs]
            values[step.output] = OPERATORS[step.operator](step.settings, inputs)
        return {name: values[number] for name, number in self.plan.outputs.items()}
