"""More frames for a film: those that lie between its own."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from typing import Self

import numpy as np
import torch
from torch.nn import functional as F  # noqa: N812

from engine.post.frames import Frames, Watch, as_frames, as_tensor, as_weights, unwatched, watched
from engine.post.rife import SIDE, Rife
from engine.weights import Converted, Weights

WEIGHTS = "interpolation"
_PIXELS_AT_ONCE = 2**20


class Interpolator:
    """RIFE on a device."""

    def __init__(self, converted: Converted, device: str) -> None:
        self._device = torch.device(device)
        network = Rife()
        network.load_state_dict(as_weights(converted))
        self._network = network.eval().to(self._device)

    @classmethod
    def load(cls, weights: Weights, *, device: str) -> Self:
        """Read the weights.

        Raises:
            WeightsMissing: they are not fetched.
            WeightsCorrupt: they are not the ones models.toml names.
        """
        return cls(weights.load(WEIGHTS), device)

    def multiplied(self, frames: Frames, times: int, watch: Watch = unwatched) -> Frames:
        """Divide each step from one frame to the next into so many.

        The frames there are stay as they are, so that n of them become (n - 1) * times + 1.

        Raises:
            Stopped: `watch` said so.
        """
        count = (len(frames) - 1) * times + 1
        return self.at([place / times for place in range(count)], frames, watch)

    @torch.inference_mode()
    def at(self, places: Sequence[float], frames: Frames, watch: Watch = unwatched) -> Frames:
        """Give a film as it is at some places, counted in its frames from 0.

        Raises:
            Stopped: `watch` said so.
        """
        found = frames[[floor(place) for place in places]]
        between = [number for number, place in enumerate(places) if place != floor(place)]
        at_once = max(1, _PIXELS_AT_ONCE // (frames.shape[1] * frames.shape[2]))
        for piece in watched(ceil(len(between) / at_once), watch):
            these = between[piece * at_once : (piece + 1) * at_once]
            found[these] = self._between(frames, np.array([places[number] for number in these]))
        return found

    def _between(self, frames: Frames, places: np.ndarray) -> Frames:
        before = np.floor(places).astype(int)
        _, height, width, _ = frames.shape
        margins = (0, -width % SIDE, 0, -height % SIDE)
        first, second = (
            F.pad(as_tensor(frames[numbers], self._device), margins, mode="replicate")
            for numbers in (before, before + 1)
        )
        time = torch.from_numpy((places - before).astype(np.float32)).to(self._device)
        return as_frames(self._network(first, second, time)[..., :height, :width])
