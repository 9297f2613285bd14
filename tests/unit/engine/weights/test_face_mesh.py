from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from engine.weights import Weights
from engine.weights.face_mesh import triangles


def test_the_mesh_covers_the_face_without_holes(weights: Weights) -> None:
    """Only the outline of the face belongs to one triangle alone."""
    mesh = weights.load("face_mesh").tensors["triangles"]
    pairs = np.concatenate([mesh[:, [0, 1]], mesh[:, [1, 2]], mesh[:, [2, 0]]])
    edges = Counter(tuple(sorted(edge)) for edge in pairs.tolist())

    assert mesh.shape == (898, 3)
    assert len(np.unique(mesh)) == 468
    assert sum(count == 1 for count in edges.values()) == 36
    assert max(edges.values()) == 2


@pytest.mark.parametrize("source", ["", "FACEMESH_LIPS = frozenset([(1, 2)])"])
def test_a_source_without_the_tessellation_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="FACEMESH_TESSELATION"):
        triangles(source)
