"""Accepted work as it travels: a Job goes out, one Outcome comes back.

Frozen records, JSON on the wire with a version, media by key and never by bytes. A job knows no
chat and no plan: only an opaque person, a class, a weight and what each variant costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal, NewType

from pydantic import Field, TypeAdapter

from engine.jobs.refusal import Refusal

JobId = NewType("JobId", str)
WorkerId = NewType("WorkerId", str)
MediaKey = NewType("MediaKey", str)

ParamValue = bool | int | float | str

VERSION = "version"
"""The option by which people choose a version of an effect; none of its own has that name."""

LOOK, MODEL = "look:", "model:"
"""How needs begin: what a program draws, and what a generative model makes."""


class JobState(StrEnum):
    """Where a job is; everything but queued and running is final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


TERMINAL = frozenset(JobState) - {JobState.QUEUED, JobState.RUNNING}


class Aspect(StrEnum):
    """Shape of the clip, width to height; AUTO takes the nearest to the photo's."""

    AUTO = "auto"
    SQUARE = "1:1"
    PORTRAIT = "3:4"
    TALL = "9:16"
    LANDSCAPE = "4:3"
    WIDE = "16:9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to make the effect: what a worker must offer to run it, and what it costs.

    `cost_s` is the predicted working time in seconds: on the reference worker as an effect
    declares it, as measured lately once a bot has priced it. `frames` is the clip's length; where
    `up_to_s` is not 0, no clip of more seconds is made so.
    """

    name: str
    needs: str
    cost_s: float
    frames: int = 0
    up_to_s: float = 0.0

    @property
    def is_look(self) -> bool:
        """Whether a program draws it."""
        return self.needs.startswith(LOOK)

    @property
    def is_recipe(self) -> bool:
        """Whether a generative model makes it."""
        return self.needs.startswith(MODEL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFormat:
    """What the finished file must be: longest side in pixels, shape, and size limit in bytes."""

    size: int = 512
    aspect: Aspect = Aspect.AUTO
    max_bytes: int = 45_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Accepted work.

    `variants` are in order of preference. `person` and `place` are opaque and serve only the
    queue's fairness; `bot` names the outbox that gets the outcome. `weight` scales the person's
    share of the workers within their class. Jobs with the same `batch_key` could be made together;
    empty: this one is made alone. `pin` is the version of the effect that was asked for, if any.
    """

    id: JobId
    effect: str
    effect_version: str
    variants: tuple[Variant, ...]
    photos: tuple[MediaKey, ...]
    prompt: str
    seed: int
    bot: str
    person: str
    place: str
    params: Mapping[str, ParamValue] = field(default_factory=dict[str, ParamValue])
    format: ClipFormat = field(default_factory=ClipFormat)
    job_class: str = "free"
    weight: float = 1.0
    batch_key: str = ""
    pin: str = ""
    v: Literal[1] = 1

    @property
    def claimable(self) -> tuple[Variant, ...]:
        """The variants that workers may claim it for.

        Where a model is wanted these are models alone: a look only stands in for one, at whoever
        finds that it does not do. Otherwise any worker without it would be quicker at hand.
        """
        if not self.variants[0].is_recipe:
            return self.variants
        return tuple(variant for variant in self.variants if variant.is_recipe)

    @property
    def options(self) -> Mapping[str, ParamValue]:
        """What was chosen when it was asked for, to be asked for again."""
        return {**self.params, VERSION: self.pin} if self.pin else self.params


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A finished video in the media store, with its poster frame."""

    key: MediaKey
    poster: MediaKey
    width: int
    height: int
    seconds: float
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeded:
    """The clip is in the media store; `variant`, `seed` and the model `by` are what made it.

    `version` is of the effect, as it truly was made: a worker may not have the one asked for.
    """

    clip: Clip
    variant: str
    seed: int
    took_s: float
    by: str = ""
    version: str = ""
    kind: Literal["succeeded"] = "succeeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """Refused by the engine: only it could know (no face, say). Never retried."""

    refusal: Refusal
    kind: Literal["refused"] = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Our fault, after every retry. `error` is for the operator's log, never for the asker."""

    error: str
    kind: Literal["failed"] = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """Stopped because the asker said so."""

    kind: Literal["cancelled"] = "cancelled"


Outcome = Annotated[Succeeded | Declined | Failed | Cancelled, Field(discriminator="kind")]

JOB_JSON = TypeAdapter(Job)
OUTCOME_JSON: TypeAdapter[Succeeded | Declined | Failed | Cancelled] = TypeAdapter(Outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a running job is; lossy, for display only. `fraction` is 0..1.

    `preview` is a small picture of what is being filmed; another one has another key.
    """

    job: JobId
    stage: Literal["preparing", "rendering", "encoding"]
    fraction: float
    left_s: float | None = None
    preview: MediaKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a queued job stands: 1 is next. The wait until its clip is a range in seconds.

    `doable` is False while no worker that is alive can do it; there is no range then.
    """

    state: JobState
    position: int
    low_s: float
    high_s: float
    doable: bool = True
