"""What a queue should hold, by all that was done to it; and what may be done, for Hypothesis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import strategies as st

from engine.jobs.job import TERMINAL, Job, JobId, JobState, Variant
from engine.jobs.order import Ability, Caps, ClaimOrder
from engine.jobs.queue import Claim
from tests.queue_state import QueueState

NEEDS = ("look:a", "look:b", "look:c")
CAPS = Caps(person_waiting=4, person_running=2, place_waiting=6, place_running=3)
picks = st.integers(min_value=0, max_value=10_000)
needs = st.lists(st.sampled_from(NEEDS), min_size=1, max_size=2, unique=True)
abilities = st.builds(
    lambda switch_s: Ability(switch_s=switch_s),
    st.dictionaries(st.sampled_from(NEEDS), st.sampled_from([0.0, 5.0]), min_size=1),
)
orders = st.builds(
    ClaimOrder,
    affinity=st.sampled_from([0.0, 16.0]),
    overdue_s=st.sampled_from([0.0, 3600.0]),
    short_lane_s=st.sampled_from([0.0, 5.0]),
)


@dataclass
class Expected:
    """What the model knows about a job.

    `out_of_turn` when it was taken while parked: until it ends, it may be one over the cap.
    """

    job: Job
    state: JobState = JobState.QUEUED
    attempts: int = 0
    token: int = 0
    cancelling: bool = False
    out_of_turn: bool = False
    claims: list[Claim] = field(default_factory=list[Claim])

    @property
    def unfinished(self) -> bool:
        return self.state not in TERMINAL

    def variant_for(self, ability: Ability) -> Variant | None:
        served = (variant for variant in self.job.variants if variant.needs in ability.switch_s)
        return next(served, None)

    def owners(self) -> tuple[str, str]:
        return f"person|{self.job.person}", f"place|{self.job.place}"


def check_indexes(held: QueueState, jobs: Mapping[JobId, Expected]) -> None:
    """Every queued job is in the race or parked, and found under each of its needs."""
    assert held.in_race | held.out_of_race == held.queued
    assert not held.in_race & held.out_of_race
    for job in held.queued:
        wanted = {variant.needs for variant in jobs[JobId(job)].job.variants}
        racing = job in held.in_race
        for index in (held.ready, held.entered) if racing else (held.parked,):
            assert {need for need, held_jobs in index.items() if job in held_jobs} == wanted
    assert frozenset().union(*held.entered.values()) == held.in_race


def check_caps(held: QueueState, jobs: Mapping[JobId, Expected]) -> None:
    """Owners are counted right, none has more in the race than allowed, and none too little."""
    unfinished, racing, extra = Counter[str](), Counter[str](), Counter[str]()
    for job, known in jobs.items():
        if known.unfinished:
            unfinished.update(known.owners())
            racing.update(known.owners() if job not in held.out_of_race else ())
            extra.update(known.owners() if known.out_of_turn else ())
    assert held.unfinished == unfinished
    assert held.slots == racing
    most = {"person": CAPS.person_running, "place": CAPS.place_running}
    for owner, number in racing.items():
        assert number <= most[owner.split("|")[0]] + extra[owner]
    for job in held.out_of_race:
        person, place = jobs[JobId(job)].owners()
        assert racing[person] >= most["person"] or racing[place] >= most["place"]
