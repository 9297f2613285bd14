"""Settings of the worker process."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import Field, SecretStr, field_validator

from engine.jobs.settings import SharedSettings

_ONE_DEVICE = re.compile(r"auto|cpu|cuda(:\d+)?")
_SEVERAL = re.compile(r"cuda:\d+(\+cuda:\d+)+|cpu(\+cpu)+")


class EngineSettings(SharedSettings):
    """How a worker makes clips."""

    device: str = Field(
        default="auto",
        description="auto, cpu, cuda or cuda:N; cuda:0+cuda:1 for one worker that films on both",
    )
    threads: int = Field(
        default=0,
        ge=0,
        le=256,
        description="CPU threads of one worker; 0: all cores, shared with workers beside it",
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

    @field_validator("device")
    @classmethod
    def _check_device(cls, device: str) -> str:
        gpus = device.split("+")
        is_known = _ONE_DEVICE.fullmatch(device) or _SEVERAL.fullmatch(device)
        if not is_known or (gpus[0] != "cpu" and len(set(gpus)) < len(gpus)):
            raise ValueError(
                "must be auto, cpu, cuda or cuda:N, or GPUs that film together, each once, as"
                " cuda:0+cuda:1"
            )
        return device

    @property
    def devices(self) -> tuple[str, ...]:
        """What films together in one worker; the first is where looks are made."""
        return tuple(self.device.split("+"))

    @property
    def accepted(self) -> frozenset[str]:
        """The ids of bases whose terms are agreed to."""
        return frozenset(name for it in self.accept_licences.split(",") if (name := it.strip()))

    @property
    def stuck_s(self) -> float:
        """Seconds without progress after which a worker counts as stuck."""
        return 60 * self.stuck_minutes

    @property
    def effects(self) -> Path:
        """Where the operator's own effects are, and other versions of ours."""
        return self.folder / "effects"

    @property
    def models(self) -> Path:
        """Where fetched weights are kept."""
        return self.folder / "models"
