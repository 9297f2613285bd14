"""Settings of the worker process."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

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
    accept_licences: str = Field(
        default="",
        description="bases whose terms you agree to, by id, with commas; `zoetrope models list`"
        " shows them",
    )
    hub: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="address of the model hub; empty: HF_ENDPOINT, or https://huggingface.co",
    )
    hub_token: SecretStr | None = Field(
        default=None, description="who you are there; empty: HF_TOKEN, or whoever logged in"
    )

    @property
    def accepted(self) -> frozenset[str]:
        """The ids of bases whose terms are agreed to."""
        return frozenset(name for it in self.accept_licences.split(",") if (name := it.strip()))

    @property
    def stuck_s(self) -> float:
        """Seconds without progress after which a worker counts as stuck."""
        return 60 * self.stuck_minutes

    @property
    def models(self) -> Path:
        """Where fetched weights are kept."""
        return self.folder / "models"
