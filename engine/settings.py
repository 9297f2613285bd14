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
    stuck_minutes: float = Field(
        default=5,
        gt=0,
        description="minutes without progress after which a worker is stuck; after twice that it"
        " gives its clip up",
    )
    batch: int = Field(
        default=1,
        ge=1,
        le=64,
        description="jobs that could be made together and are claimed at once; 1: one by one",
    )

    @property
    def stuck_s(self) -> float:
        """Seconds without progress after which a worker counts as stuck."""
        return 60 * self.stuck_minutes

    @property
    def models(self) -> Path:
        """Where fetched weights are kept."""
        return self.folder / "models"
