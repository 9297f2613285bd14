"""Weight files: what the engine may fetch, fetching it, and reading it back."""

from engine.weights.catalogue import ModelCatalogue
from engine.weights.converted import Converted
from engine.weights.store import Weights, WeightStatus

__all__ = ["Converted", "ModelCatalogue", "WeightStatus", "Weights"]
