"""How the noise is spread over the steps of flow matching."""

from __future__ import annotations

from engine.pipelines.family import Pipeline


def set_shift(pipeline: Pipeline, shift: float | None) -> None:
    """Spread the noise otherwise than the checkpoint says; None leaves it."""
    config = pipeline.scheduler.config
    name = "flow_shift" if "flow_shift" in config else "shift"
    if shift is not None and shift != config[name]:
        pipeline.scheduler = type(pipeline.scheduler).from_config(config, **{name: shift})
