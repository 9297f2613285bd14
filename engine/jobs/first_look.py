"""The first look at a job: what a look draws in seconds, shown until the model's clip is there.

It is a job of its own beside the one it belongs to, the final. Nobody pays for it, no journal knows
of it, and if it is lost nothing is missed.
"""

from __future__ import annotations

from dataclasses import replace

from engine.jobs.job import Job, JobId, MediaKey

_MARK = ":draft"
_LEAST_SAVED_S = 5.0
"""What comes so soon by itself is not worth a second file in somebody's chat."""


def first_look_id(final: JobId) -> JobId:
    """Name the first look at a job."""
    return JobId(f"{final}{_MARK}")


def final_of(job: JobId) -> JobId | None:
    """Tell which job a first look belongs to; None for every other job."""
    return JobId(job.removesuffix(_MARK)) if job.endswith(_MARK) else None


def is_of_first_look(key: MediaKey) -> bool:
    """Tell whether a file is from a first look."""
    return f"{_MARK}." in key


def first_look(final: Job) -> Job | None:
    """Make the first look at a job that a model is to make, if a look can draw it much sooner.

    For the queue it is somebody else's and from elsewhere: it takes no place from who asked.
    """
    looks = tuple(variant for variant in final.variants if variant.is_look)
    wanted = final.variants[0]
    if not wanted.is_recipe or not looks:
        return None
    if wanted.cost_s - looks[0].cost_s < _LEAST_SAVED_S:
        return None
    return replace(
        final,
        id=first_look_id(final.id),
        variants=looks,
        person=f"{final.person}{_MARK}",
        place=f"{final.place}{_MARK}",
        batch_key="",
    )
