"""What the queue's Lua is told of a job and of a worker, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache

from engine.jobs.job import Job
from engine.jobs.order import Ability, Caps, ClaimOrder

MOST_BYTES = 64 * 1024
"""A job's JSON may have no more; media travel by key, so an honest one has a few KB."""

READABLE = (1,)
"""The versions of a job's JSON that this code reads."""


def description(job: Job, caps: Caps, order: ClaimOrder) -> tuple[str | int | float, ...]:
    """Say what the queue has to know of a job without reading its JSON, in queue.lua's order."""
    return (
        job.id,
        job.person,
        job.place,
        job.bot,
        order.lane(job.job_class, job.variants[0].cost_s),
        job.weight,
        order.shortness,
        job.format.size,
        job.batch_key,
        _caps_json(caps),
        _variants_json(job),
    )


@lru_cache(maxsize=64)
def _caps_json(caps: Caps) -> str:
    return json.dumps(asdict(caps))


def _variants_json(job: Job) -> str:
    """Write what a job is claimed for: the index it is found in, its seconds and its frames."""
    return json.dumps(
        [
            [index_name(variant.needs, job.v), variant.cost_s, variant.frames]
            for variant in job.claimable
        ]
    )


def index_name(need: str, version: int) -> str:
    """Name the index of a need; a worker that cannot read a version never looks into its own."""
    return need if version == 1 else f"{need}@{version}"


def rules(order: ClaimOrder) -> Mapping[str, object]:
    """Write out the figures that a worker's choice goes by."""
    return {**asdict(order), "shares": dict(order.lanes)}


def serves(ability: Ability) -> Mapping[str, Sequence[str] | Mapping[str, float]]:
    """Say which indexes a worker looks into, in a fixed order, and its seconds for each."""
    switch = {
        index_name(need, version): seconds
        for need, seconds in ability.switch_s.items()
        for version in READABLE
    }
    return {"needs": sorted(switch), "switch": switch}
