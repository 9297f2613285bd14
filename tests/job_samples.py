"""Jobs, claims and outcomes as tests need them."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from engine.jobs.job import Clip, Job, JobId, MediaKey, Succeeded, Variant, WorkerId
from engine.jobs.order import Ability, Caps
from engine.jobs.receipt import (
    Held,
    LoraUsed,
    ModelUsed,
    PhotoUsed,
    Receipt,
    WeightsUsed,
)

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


def receipt(job: Job = SAMPLE, **changes: object) -> Receipt:
    """Say what made a job's clip: a look, unless said otherwise."""
    made = Receipt(
        effect=job.effect,
        effect_version="1.0.0",
        variant="look",
        seed=job.seed,
        params={"glow": True, "arms": 4, "speed": 1.5, "tint": "#00ff00"},
        prompt=job.prompt,
        format=job.format,
        photos=tuple(PhotoUsed.of(key.encode(), key) for key in job.photos),
        width=512,
        height=512,
        frames=96,
        fps=24,
        look=job.effect,
        device="a CPU, 2 threads",
        libraries={"zoetrope": "0.1.0", "torch": "2.13.0"},
    )
    return replace(made, **changes)


SQUISH = LoraUsed(
    repo="Someone/Squish", file="squish_18.safetensors", revision="r2", sha256="b" * 64
)

FILMED = ModelUsed(
    base="tiny",
    title="Tiny photo to video",
    repo="tests/tiny",
    steps=4,
    guidance=1.0,
    shift=3.0,
    prompts=("It melts. in my secret garden",),
    negative="blurry",
    width=96,
    height=64,
    frames=9,
    smooth=1,
    weights=WeightsUsed(
        revisions={"tests/tiny": "r1"},
        loras=(SQUISH,),
        taught=(LoraUsed(repo="Someone/few-steps", sha256="c" * 64),),
        held=Held(dtype="bfloat16", bits=16, tiled=False, speed=("tf32",)),
    ),
)
"""What a model was that filmed a clip."""
