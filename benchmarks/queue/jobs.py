"""Jobs to measure our own client with: people within the usual caps, three classes, six models."""

from __future__ import annotations

from engine.jobs.job import Clip, Job, JobId, MediaKey, Succeeded, Variant

PEOPLE = 1000
CLASSES = ("paid", "challenge", "free")
NEEDS = tuple(f"model:{number}" for number in range(6))
SWITCH_S = 20.0


def a_job(run: str, number: int, prompt: str, *, people: int = PEOPLE) -> Job:
    """Make a job of one of many people, who ask in turns."""
    person = number % people
    return Job(
        id=JobId(f"{run}:{number}"),
        effect="noop",
        effect_version="1",
        variants=(
            Variant(name="recipe", needs=NEEDS[number % len(NEEDS)], cost_s=10.0 + number % 50),
        ),
        photos=(MediaKey("photos/00112233445566778899aabbccddeeff.jpg"),),
        prompt=prompt,
        seed=number,
        bot="web",
        person=f"person-{person}",
        place=f"place-{person}",
        job_class=CLASSES[person % len(CLASSES)],
    )


def a_clip_of(job: Job) -> Succeeded:
    """Say that a job's clip is there, after the time that was predicted."""
    clip = Clip(
        key=MediaKey(f"clips/{job.id}.mp4"),
        poster=MediaKey(f"clips/{job.id}.jpg"),
        width=512,
        height=512,
        seconds=4.0,
        bytes=1_000_000,
    )
    variant = job.variants[0]
    return Succeeded(clip=clip, variant=variant.name, seed=job.seed, took_s=variant.cost_s)
