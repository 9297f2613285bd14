"""Who may use the house, and how much."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bots.accounts import (
    Allowance,
    Policy,
    Usage,
    allowance,
    check_allowance,
    check_entry,
    price,
)
from bots.chat import Person, PersonId, Place, PlaceId
from engine.jobs.errors import Refused
from engine.jobs.job import Variant
from engine.jobs.refusal import Refusal, RefusalCode
from tests.job_samples import a_job

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OWNER = Person(id=PersonId("telegram:1"))
FRIEND = Person(id=PersonId("telegram:2"))
STRANGER = Person(id=PersonId("telegram:3"))
CLUB = Place(id=PlaceId("discord:77"))
ELSEWHERE = Place(id=PlaceId("telegram:900"))
LOCAL = Place(id=PlaceId("web:here"), local=True)
UNUSED = Usage()

POLICY = Policy(
    owners=(OWNER.id,),
    allowed_people=(FRIEND.id,),
    allowed_places=(CLUB.id,),
    daily_limit=10,
    max_waiting=3,
)


def entry(who: Person, where: Place, usage: Usage = UNUSED, policy: Policy = POLICY) -> str:
    """Say why someone is kept out, or `in`."""
    try:
        check_entry(policy, who, where, usage)
    except Refused as refused:
        return refused.refusal.code.value
    return "in"


@pytest.mark.parametrize(
    ("who", "where", "answer"),
    [
        (OWNER, ELSEWHERE, "in"),
        (FRIEND, ELSEWHERE, "in"),
        (STRANGER, CLUB, "in"),
        (STRANGER, LOCAL, "in"),
        (STRANGER, ELSEWHERE, "not_allowed"),
    ],
)
def test_only_those_the_operator_named_come_in(who: Person, where: Place, answer: str) -> None:
    assert entry(who, where) == answer


def test_by_default_only_the_local_page_is_open() -> None:
    assert entry(FRIEND, CLUB, policy=Policy()) == "not_allowed"
    assert entry(FRIEND, LOCAL, policy=Policy()) == "in"


def test_a_pattern_lets_a_whole_platform_in() -> None:
    policy = Policy(allowed_people=("telegram:*",))
    assert entry(STRANGER, ELSEWHERE, policy=policy) == "in"
    assert entry(Person(id=PersonId("discord:3")), ELSEWHERE, policy=policy) == "not_allowed"


def test_a_blocked_person_stays_out_of_every_place() -> None:
    assert entry(FRIEND, LOCAL, Usage(blocked=True)) == "blocked"


def test_a_paused_house_is_open_to_its_owner_only() -> None:
    assert entry(FRIEND, CLUB, Usage(paused=True)) == "paused"
    assert entry(OWNER, CLUB, Usage(paused=True)) == "in"


def test_a_stranger_does_not_learn_that_the_house_is_paused() -> None:
    assert entry(STRANGER, ELSEWHERE, Usage(paused=True)) == "not_allowed"


def test_a_day_that_is_used_up_says_when_the_next_clip_is_due() -> None:
    usage = Usage(made=10, oldest=NOW - timedelta(hours=21))
    with pytest.raises(Refused) as refused:
        check_allowance(POLICY, FRIEND, usage, NOW)
    data = {"limit": 10, "renews_in_s": 3 * 3600}
    assert refused.value.refusal == Refusal(RefusalCode.DAILY_LIMIT, data)


def test_one_less_is_fine() -> None:
    check_allowance(POLICY, FRIEND, Usage(made=9, oldest=NOW, waiting=2), NOW)


def test_an_owner_has_no_day() -> None:
    check_allowance(POLICY, OWNER, Usage(made=1000, oldest=NOW), NOW)


def test_too_many_on_their_way_are_too_many_for_everyone() -> None:
    for who in (OWNER, FRIEND):
        with pytest.raises(Refused) as refused:
            check_allowance(POLICY, who, Usage(waiting=3), NOW)
        assert refused.value.refusal == Refusal(RefusalCode.TOO_MANY_WAITING, {"limit": 3})


def test_somebody_is_told_what_they_have_used() -> None:
    usage = Usage(made=9, oldest=NOW - timedelta(hours=21), waiting=2)
    told = Allowance(
        made=9, daily_limit=10, renews_in_s=None, waiting=2, max_waiting=3, job_class="free"
    )
    assert allowance(POLICY, FRIEND.id, usage, NOW) == told


def test_whoever_has_used_up_their_day_is_told_when_the_next_clip_is_due() -> None:
    for made in (10, 11):
        usage = Usage(made=made, oldest=NOW - timedelta(hours=21))
        assert allowance(POLICY, FRIEND.id, usage, NOW).renews_in_s == 3 * 3600


def test_an_owner_is_told_of_no_limit() -> None:
    told = allowance(POLICY, OWNER.id, Usage(made=1000, oldest=NOW), NOW)
    assert (told.made, told.daily_limit, told.renews_in_s) == (1000, None, None)


def test_those_the_operator_named_are_in_the_paid_class() -> None:
    policy = Policy(paid_people=("telegram:2", "discord:*"))
    assert policy.job_class(FRIEND.id) == "paid"
    assert policy.job_class(PersonId("discord:5")) == "paid"
    assert policy.job_class(STRANGER.id) == "free"


@pytest.mark.parametrize(("seconds", "amount"), [(14.0, 14), (14.2, 15), (0.0, 1), (0.3, 1)])
def test_a_clip_costs_the_seconds_its_preferred_variant_takes(seconds: float, amount: int) -> None:
    preferred = Variant(name="recipe", needs="model:large", cost_s=seconds)
    fallback = Variant(name="look", needs="look:symbiote", cost_s=99.0)
    assert price(a_job(variants=(preferred, fallback))) == amount


def test_a_draft_costs_nothing() -> None:
    assert price(a_job("job-1:draft")) == 0
