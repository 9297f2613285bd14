"""Bases so small that a test films with them."""

from __future__ import annotations

from engine.pipelines.bases import Base


def a_base(of: str, checkpoint: str, **different: object) -> Base:
    """Describe one as bases.toml would."""
    usual: dict[str, object] = {
        "title": "Tiny",
        "family": of,
        "checkpoint": checkpoint,
        "repo": "tests/tiny",
        "licence": "Apache-2.0",
        "gb": {"denoiser": 0.1, "encoder": 0.1, "decoder": 0.1},
        "width": 96,
        "height": 64,
        "frames": 9,
        "fps": 16,
        "steps": 3,
        "guidance": 1.0,
    }
    return Base.model_validate(usual | different)
