"""Settings of the worker process."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from engine.jobs.settings import SharedSettings


class EngineSettings(SharedSettings):
    """How a worker makes clips."""

    device: str = Field(
        default="auto",
        pattern=r"^(auto|cpu|cuda(:\d+)?)$",
        description="auto, cpu, cuda or cuda:N",
    )
    threads: int = Field(
        default=0, ge=0, le=256, description="CPU threads of one worker; 0: all cores"
    )
    safety: bool = Field(
        default=True, description="refuse nude photos and clips, by a classifier on this machine"
    )
    drain_s: float = Field(
        default=30, ge=0, description="seconds a stopping worker may take to finish its clip"
    )

    @property
    def models(self) -> Path:
        """Where fetched weights are kept."""
        return self.folder / "models"
