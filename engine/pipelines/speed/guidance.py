"""Following the words by a second run of each step only as long as it shows."""

from __future__ import annotations

from engine.errors import NotHere
from engine.pipelines.loaded import Loaded

_RUN_TWICE = (
    "WanPipeline",
    "WanImageToVideoPipeline",
    "WanVACEPipeline",
    "SkyReelsV2Pipeline",
    "SkyReelsV2ImageToVideoPipeline",
    "Kandinsky5T2VPipeline",
    "Kandinsky5I2VPipeline",
    "Kandinsky6TI2VAPipeline",
)
"""Those that run a step without the words after one with them, and decide on it at every step."""


class GuidanceInterval:
    """Lead by the words up to a share of the steps, 0..1; the rest of them run once and not twice.

    What is large in a film is settled by then.
    """

    name = "guidance interval"
    is_lossy = True
    is_reversible = True

    def __init__(self, until: float = 0.5) -> None:
        self._until = until

    def turn_on(self, loaded: Loaded) -> None:
        """Have the steps after that share run once."""
        if any(type(pipeline).__name__ not in _RUN_TWICE for pipeline in loaded.pipelines):
            raise NotHere("this model does not run its steps a second time for guidance")
        loaded.guided_until = self._until

    def turn_off(self, loaded: Loaded) -> None:
        """Lead to the end."""
        loaded.guided_until = 1.0
