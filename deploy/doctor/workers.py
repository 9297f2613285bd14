"""The workers: who is alive, and who beats and gets nowhere."""

from __future__ import annotations

from collections import Counter

from deploy import valkey
from deploy.doctor.finding import Finding
from engine.jobs.connection import connect_to_look
from engine.jobs.errors import QueueUnavailable
from engine.jobs.survey import Survey, Surveyor
from engine.settings import EngineSettings


async def look_at_workers(settings: EngineSettings) -> list[Finding]:
    """Look at the workers of the queue that is configured, or of the one that `up` brings."""
    async with connect_to_look(valkey.url_for(settings)) as redis:
        try:
            survey = await Surveyor(redis).survey(bots=())
        except QueueUnavailable:
            return []  # that is found, and said, by whoever looks at the queue
    return workers_in(survey, stuck_s=settings.stuck_s)


def workers_in(survey: Survey, *, stuck_s: float) -> list[Finding]:
    """Say what a survey shows of the workers."""
    states = survey.states(stuck_s)
    if not states:
        return [_nobody(survey)]
    counts = Counter(str(state) for state in states.values())
    alive = ", ".join(f"{number} {state}" for state, number in sorted(counts.items()))
    stuck = [
        Finding(
            what="worker",
            found=f"{job.worker} is stuck: no progress for {job.still_s / 60:.0f} min on {job.job}",
            mend="look at its log, and kill it unless it soon ends by itself",
        )
        for job in survey.stuck(stuck_s)
    ]
    return [Finding(what="workers", found=f"{len(states)} alive: {alive}"), *stuck]


def _nobody(survey: Survey) -> Finding:
    waiting = round(sum(backlog.jobs for backlog in survey.backlog.values()))
    if waiting:
        found = f"none alive, and {waiting} jobs wait"
        return Finding(what="workers", found=found, mend="run zoetrope up, or zoetrope worker")
    return Finding(what="workers", found="none alive")
