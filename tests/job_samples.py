"""Jobs, claims and outcomes as tests need them."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from engine.jobs.job import Clip, Job, JobId, MediaKey, Succeeded, Variant, WorkerId
from engine.jobs.order import Ability, Caps

LOOK = "look:symbiote"
WORKER = WorkerId("worker-1")
OTHER_WORKER = WorkerId("worker-2")

SAMPLE = Job(
    id=JobId("job-1"),
    effect="symbiote",
    effect_version="1",
    variants=(Variant(name="look", needs=LOOK, cost_s=10.0),),
    photos=(MediaKey("photos/00112233445566778899aabbccddeeff.jpg"),),
    prompt="",
    seed=7,
    bot="web",
    person="person-1",
    place="place-1",
)

_numbers = count(1)


def able(*needs: str) -> Ability:
    """Make a worker's ability, with everything loaded."""
    return Ability(switch_s=dict.fromkeys(needs, 0.0))


def at_most(waiting: int) -> Caps:
    """Let a person have so many jobs on their way, all of them in the race for a worker."""
    return Caps(person_waiting=waiting, person_running=waiting)


def a_job(name: str | None = None, **changes: object) -> Job:
    """Make a job like any other; a name not given is one never used before."""
    return replace(SAMPLE, id=JobId(name or f"job-{next(_numbers)}"), **changes)


def success(job: Job) -> Succeeded:
    """Say that the job's clip is there."""
    clip = Clip(
        key=MediaKey(f"clips/{job.id}.mp4"),
        poster=MediaKey(f"clips/{job.id}.jpg"),
        width=512,
        height=512,
        seconds=4.0,
        bytes=1000,
    )
    return Succeeded(clip=clip, variant="look", seed=job.seed, took_s=8.0)
